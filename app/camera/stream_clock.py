"""StreamClock: when the pictures of a live stream were taken, and when they are due, though they come in bursts."""

import math

LONGEST_STEP_S = 1.0
"""A stream's time that goes on by more than this, or back, is believed only when others follow it."""
BELIEVED_AFTER = 3
"""So many times in a row are no accident: the sender has set its clock."""
PATIENCE_S = 5.0
"""After so long without having to wait for the sender, what it has sent ahead is played a little faster."""
FASTER = 1.25


class StreamClock:
    """Maps the times that a stream carries to the app's own, and says how long a picture is early.

    A picture is due as long after the first as the stream says. One that comes later than that, as after a gap between
    two bursts, makes all later ones due later: so the delay grows to what the bursts need, and no more.

    Args:
        began_s: the app's time of the first picture, in seconds since its stream began.
        interval_s: the usual time between two pictures.
    """

    def __init__(self, began_s: float, interval_s: float) -> None:
        self.time_s = began_s
        """Of the newest picture, in the app's time."""
        self._interval_s = interval_s
        self._told_s = math.nan
        self._suspects: list[float] = []
        self._due_s = math.nan
        self._waited_s = math.nan
        """The clock's time when a picture was last late."""

    def take(self, told_s: float, now_s: float) -> float:
        """Take the newest picture's time; return how long it is early, in seconds.

        Args:
            told_s: what the stream says; NaN where it says nothing.
            now_s: the clock's time when it came.
        """
        if math.isnan(self._due_s):
            self._told_s, self._due_s, self._waited_s = told_s, now_s, now_s
            return 0.0
        step_s = self._step(told_s, now_s - self._due_s)
        self.time_s += step_s
        faster = FASTER if now_s - self._waited_s > PATIENCE_S else 1.0
        self._due_s += step_s / faster
        if now_s > self._due_s:
            self._due_s = self._waited_s = now_s
        return self._due_s - now_s

    def _step(self, told_s: float, silent_s: float) -> float:
        """How much the time goes on, by what the stream says where that can be."""
        step_s = told_s - self._told_s
        longest_s = max(LONGEST_STEP_S, 3 * self._interval_s, 2 * silent_s)
        if 0 < step_s <= longest_s:
            self._told_s, self._suspects = told_s, []
            return step_s
        # A wild time is left out; a clock that was set goes on from where it now is, and no time has passed by that.
        follows = self._suspects and 0 < told_s - self._suspects[-1] <= longest_s
        self._suspects = [*self._suspects, told_s] if follows else [told_s]
        if len(self._suspects) >= BELIEVED_AFTER or math.isnan(self._told_s):
            self._told_s, self._suspects = told_s, []
        elif not math.isnan(self._told_s):
            self._told_s += self._interval_s
        return self._interval_s
