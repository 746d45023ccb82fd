"""StreamClock: when a live stream's pictures were taken, though they come in bursts, and how fast to hand them on."""

import math

LONGEST_STEP_S = 1.0
"""A stream's time that goes on by more than this, or back, is believed only when others follow it."""
BELIEVED_AFTER = 3
"""So many times in a row are no accident: the sender has set its clock."""
FASTEST = 2.0
"""Pictures that wait, as those of a burst do, are handed on at most so much faster than they were taken."""


class StreamClock:
    """Maps the times that a stream carries to the app's own, and says how long a picture is to be held.

    A network delivers pictures in bursts: HLS in pieces of seconds, RTSP over TCP and Wi-Fi as it can. Handed on at
    once, all but the newest of a burst would be dropped; at their own speed, the delay would grow to a burst's length.

    Args:
        began_s: the app's time of the first picture, in seconds.
        interval_s: the usual time between two pictures.
    """

    def __init__(self, began_s: float, interval_s: float) -> None:
        self.time_s = began_s
        """Of the newest picture, in the app's time."""
        self._interval_s = interval_s
        self._told_s, self._due_s = math.nan, -math.inf
        self._suspects: list[float] = []

    def take(self, told_s: float, now_s: float) -> float:
        """Take the newest picture's time; return how long to hold the picture, in seconds.

        Args:
            told_s: what the stream says; NaN where it says nothing.
            now_s: the clock's time when it came.
        """
        if self._due_s == -math.inf:
            self._told_s, self._due_s = told_s, now_s
            return 0.0
        step_s = self._step(told_s, max(0.0, now_s - self._due_s))
        self.time_s += step_s
        self._due_s = max(now_s, self._due_s + step_s / FASTEST)
        return self._due_s - now_s

    def _step(self, told_s: float, silent_s: float) -> float:
        """How much the time goes on: by what the stream says, where that can be."""
        step_s = told_s - self._told_s
        longest_s = max(LONGEST_STEP_S, 3 * self._interval_s, 2 * silent_s)
        if 0 < step_s <= longest_s:
            self._told_s, self._suspects = told_s, []
            return step_s
        # A wild time is left out. A clock that was set goes on from where it now is; no time has passed by that.
        follows = bool(self._suspects) and 0 < told_s - self._suspects[-1] <= longest_s
        self._suspects = [*self._suspects, told_s] if follows else [told_s]
        set_anew = math.isnan(self._told_s) or len(self._suspects) >= BELIEVED_AFTER
        self._told_s = told_s if set_anew else self._told_s + self._interval_s
        return self._interval_s
