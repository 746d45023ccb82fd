"""Limiter: a rate limit for actions."""

import time
from collections import deque
from collections.abc import Callable


class Limiter:
    """Counts the actions of the last second.

    Args:
        max_hz: actions a second; below 1, one action in 1 / max_hz seconds.
        clock: returns the time in seconds.
    """

    def __init__(self, max_hz: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._count, self._window_s = (round(max_hz), 1.0) if max_hz >= 1 else (1, 1 / max_hz)
        self._clock = clock
        self._done_s: deque[float] = deque(maxlen=self._count)

    def allows(self) -> bool:
        """Whether one more action is allowed; if so, it is counted."""
        now_s = self._clock()
        if len(self._done_s) == self._count and now_s - self._done_s[0] < self._window_s:
            return False
        self._done_s.append(now_s)
        return True
