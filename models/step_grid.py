"""StepGrid: the frames and times at which a network steps, from a camera of any rate."""

import math

from models.frame import Frame


class StepGrid:
    """Resamples a camera's frames to a network's rate, by time stamp.

    A step is due every 1 / rate seconds, and the frame nearest to it takes it. A camera slower than the network
    repeats frames, so that a second of movement is always the same number of steps. Dropped frames are not replaced by
    repeats: they were dropped because the network was late, and further steps would make it later.

    Args:
        rate_hz: steps per second.
    """

    def __init__(self, rate_hz: float) -> None:
        self._interval_s = 1 / rate_hz
        self.reset()

    def reset(self) -> None:
        """Reset the grid; a step is due on the next frame."""
        self._next_s = self._stepped_s = -math.inf
        self._index = -1

    def due(self, frame: Frame) -> list[float]:
        """The times of the steps to take on a frame, in seconds, oldest first; empty between two steps."""
        count = self.count(frame.time_s, after_dropped=0 <= self._index < frame.index - 1)
        self._index = frame.index
        if count == 0:
            return []
        before_s, self._stepped_s = self._stepped_s, frame.time_s
        return spread(before_s, frame.time_s, count)

    def count(self, time_s: float, after_dropped: bool = False) -> int:
        """How many steps to take on the frame of this time.

        Args:
            time_s: the frame's time, in seconds.
            after_dropped: whether frames between the last one and this were dropped.
        """
        if self._next_s == -math.inf:
            self._next_s = time_s
        early_s = time_s + self._interval_s / 4
        steps = max(0, math.floor((early_s - self._next_s) / self._interval_s) + 1)
        if after_dropped and steps > 1:
            self._next_s = time_s + self._interval_s
            return 1
        self._next_s += steps * self._interval_s
        return steps


def spread(before_s: float, time_s: float, count: int) -> list[float]:
    """`count` times from after `before_s` up to `time_s`, evenly apart."""
    if count == 1:
        return [time_s]
    return [before_s + (time_s - before_s) * (k + 1) / count for k in range(count)]
