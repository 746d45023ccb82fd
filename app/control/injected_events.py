"""Counts the input events that control sends, so that they are not taken for events of the user.

A listener receives both: an X server does not mark the events that programs send.
"""

import time
from collections import deque
from collections.abc import Callable, Hashable
from threading import Lock

GRACE_S = 0.5
"""Maximum delay between sending an event and its arrival at a listener, in seconds."""


class InjectedEvents:
    """An `InputObserver` that identifies control's own events for a listener. Thread-safe.

    It counts events of each kind: as many as were sent are attributed to control. A key press of the user between them
    is detected, although not always which one it was.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._expected: dict[str, deque[float]] = {kind: deque() for kind in ("press", "move", "scroll")}
        self._held = 0
        self._held_until_s = float("-inf")
        self._repeating: set[Hashable] = set()

    def pressing(self, stroke: str) -> None:
        """A key is about to be pressed."""
        del stroke
        with self._lock:
            if not self._held and self._clock() > self._held_until_s:
                self._repeating.clear()
            self._held += 1
        self._expect("press")

    def released(self, stroke: str) -> None:
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
        """Whether control sent this press: it was expected, or the key is held and the system repeats it."""
        if self._take("press"):
            self._repeating.add(key)
            return True
        return (self._held > 0 or self._clock() < self._held_until_s) and key in self._repeating

    def owns_move(self) -> bool:
        """Whether control sent this pointer movement."""
        return self._take("move")

    def owns_scroll(self) -> bool:
        """Whether control sent this notch of the wheel."""
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
