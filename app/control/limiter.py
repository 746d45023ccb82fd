"""Limiter: at most so many actions within a second, whatever goes wrong above it."""

import time
from collections import deque
from collections.abc import Callable


class Limiter:
    """Counts what was done in the last second.

    Args:
        most: how many in a second.
        clock: tells the time, in seconds.
    """

    def __init__(self, most: float, clock: Callable[[], float] = time.monotonic) -> None:
        # A limit below one a second is one in a longer time.
        self._count, self._window_s = (round(most), 1.0) if most >= 1 else (1, 1 / most)
        self._clock = clock
        self._done_s: deque[float] = deque(maxlen=self._count)

    def allows(self) -> bool:
        """Whether one more may be done; if so, it counts."""
        now_s = self._clock()
        if len(self._done_s) == self._count and now_s - self._done_s[0] < self._window_s:
            return False
        self._done_s.append(now_s)
        return True
