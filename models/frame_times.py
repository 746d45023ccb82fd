"""FrameTimes: whether a frame continues its stream, by the times of both."""

import math

from models.errors import FrameError

MAX_REPEAT_S = 1.0
"""Longest gap that repeats of a frame may fill; after a longer one a new stream starts."""
MAX_INTERVAL_S = 3.0
"""Intervals that no camera and no video of a gesture has."""
MAX_LONG_INTERVALS = 10
"""If this many first frames are all far apart, their times are not in seconds."""


def is_gap(before_s: float, time_s: float) -> bool:
    """Whether a frame comes too long after the previous one, or before it; False for the first frame."""
    return before_s > -math.inf and not 0 <= time_s - before_s <= MAX_REPEAT_S


class FrameTimes:
    """The times of one stream's frames, in seconds.

    After a gap, the next frame starts a new stream. If the first frames are all far apart, the times are not seconds
    but milliseconds or units of a container, and no gesture could fire. Times that run backwards mean two streams, or
    frames out of order.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Take a frame of any time next."""
        self._before_s = -math.inf
        self._far_apart: int | None = 1
        """Frames so far, while all of them are far apart; None once two were not."""

    def breaks(self, time_s: float) -> bool:
        """Take the time of the next frame; return whether there is a gap before it.

        Raises:
            FrameError: it is before the last one, or the times are not seconds.
        """
        before_s = self._before_s
        if time_s < before_s:
            raise FrameError(
                f"a frame's time runs backwards: {time_s:g} s after {before_s:g} s; "
                "give frames in order, and call reset() before another stream"
            )
        if before_s > -math.inf:
            self._count(time_s - before_s)
        self._before_s = time_s
        return is_gap(before_s, time_s)

    def _count(self, step_s: float) -> None:
        """Count frames that are far apart from the first on."""
        if self._far_apart is None or step_s < MAX_INTERVAL_S:
            self._far_apart = None
            return
        self._far_apart += 1
        if self._far_apart == MAX_LONG_INTERVALS:
            raise FrameError(
                f"the first {MAX_LONG_INTERVALS} frames are at least {MAX_INTERVAL_S:g} s apart, the last two "
                f"{step_s:g} s; times are in seconds: divide milliseconds by 1000, or give the true frame rate"
            )
