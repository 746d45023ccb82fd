"""StreamClock: times of a live stream's pictures, which arrive in bursts, and how long to hold each of them."""

import math

MAX_STEP_S = 1.0
"""A step of the stream's time that is longer, or backwards, is accepted only if consistent times follow."""
MIN_CONSISTENT_TIMES = 3
"""Number of consistent times in a row after which the sender is taken to have set its clock."""
MAX_SPEEDUP = 2.0
"""Pictures of a burst are passed on at most this much faster than they were taken."""


class StreamClock:
    """Maps a stream's own times to the app's clock, and computes how long to hold each picture.

    A network delivers pictures in bursts: HLS in segments of seconds, RTSP over TCP and Wi-Fi irregularly. Passed on
    immediately, all but the newest of a burst would be dropped; at their own rate, the delay would grow to the length
    of a burst.

    Args:
        began_s: the app's time of the first picture, in seconds.
        interval_s: the usual time between two pictures.
    """

    def __init__(self, began_s: float, interval_s: float) -> None:
        self.time_s = began_s
        """Time of the newest picture, on the app's clock."""
        self._interval_s = interval_s
        self._reported_s, self._due_s = math.nan, -math.inf
        self._suspects: list[float] = []

    def take(self, reported_s: float, now_s: float) -> float:
        """Take the newest picture's time; return how long to hold the picture, in seconds.

        Args:
            reported_s: its time in the stream; NaN if the stream has none.
            now_s: its arrival on the app's clock.
        """
        if self._due_s == -math.inf:
            self._reported_s, self._due_s = reported_s, now_s
            return 0.0
        step_s = self._step(reported_s, max(0.0, now_s - self._due_s))
        self.time_s += step_s
        self._due_s = max(now_s, self._due_s + step_s / MAX_SPEEDUP)
        return self._due_s - now_s

    def _step(self, reported_s: float, silent_s: float) -> float:
        """The step of time to this picture: the stream's own where that is plausible, else the usual interval."""
        step_s = reported_s - self._reported_s
        longest_s = max(MAX_STEP_S, 3 * self._interval_s, 2 * silent_s)
        if 0 < step_s <= longest_s:
            self._reported_s, self._suspects = reported_s, []
            return step_s
        # An implausible time is ignored. If the sender set its clock, time continues from there; none has passed.
        follows = bool(self._suspects) and 0 < reported_s - self._suspects[-1] <= longest_s
        self._suspects = [*self._suspects, reported_s] if follows else [reported_s]
        is_reset = math.isnan(self._reported_s) or len(self._suspects) >= MIN_CONSISTENT_TIMES
        self._reported_s = reported_s if is_reset else self._reported_s + self._interval_s
        return self._interval_s
