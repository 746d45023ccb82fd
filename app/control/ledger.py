"""Ledger: what control itself does, so that it is not taken for a person's doing.

The system's listeners hear both alike: an X server says of no event that a program made it.
"""

import time
from collections import deque
from collections.abc import Callable, Hashable
from threading import Lock

GRACE_S = 0.5
"""How long after it was done an event may come back."""


class Ledger:
    """A witness of what is done, asked by the ears about what is heard. Any thread may call it.

    It goes by counts: of each kind, as many as were done are ours. So a person's key among ours is noticed,
    although not always which it was.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._expected: dict[str, deque[float]] = {kind: deque() for kind in ("press", "move", "scroll")}
        self._held = 0
        self._held_until_s = float("-inf")
        self._repeating: set[Hashable] = set()

    def pressing(self, stroke: str) -> None:
        """A key is about to go down."""
        del stroke
        with self._lock:
            if not self._held and self._clock() > self._held_until_s:
                self._repeating.clear()
            self._held += 1
        self._expect("press")

    def released(self, stroke: str) -> None:
        """A key went up."""
        del stroke
        with self._lock:
            self._held -= 1
            self._held_until_s = self._clock() + GRACE_S

    def moving(self) -> None:
        """The pointer is about to move."""
        self._expect("move")

    def scrolling(self, notches: int) -> None:
        """The wheel is about to turn."""
        for _ in range(notches):
            self._expect("scroll")

    def owns_press(self, key: Hashable) -> bool:
        """Whether a press was ours: it was expected, or it is a key that we hold and the system repeats."""
        if self._take("press"):
            self._repeating.add(key)
            return True
        return (self._held > 0 or self._clock() < self._held_until_s) and key in self._repeating

    def owns_move(self) -> bool:
        """Whether a movement was ours."""
        return self._take("move")

    def owns_scroll(self) -> bool:
        """Whether a notch was ours."""
        return self._take("scroll")

    def _expect(self, kind: str) -> None:
        with self._lock:
            self._expected[kind].append(self._clock() + GRACE_S)

    def _take(self, kind: str) -> bool:
        with self._lock:
            expected = self._expected[kind]
            while expected and expected[0] < self._clock():
                expected.popleft()
            if expected:
                expected.popleft()
                return True
            return False
