"""InputListener and UserActivity: detect that the user uses mouse or keyboard, so that control stops immediately."""

import time
from collections.abc import Callable
from typing import Protocol


class InputListener(Protocol):
    """Listens to mouse and keyboard until it is closed."""

    def close(self) -> None:
        """Stop listening."""
        ...


class UserActivity:
    """Keeps the time at which the user last used mouse or keyboard. Thread-safe.

    Args:
        on_pause: called when the user presses a pause key.
        clock: returns the time in seconds.
    """

    def __init__(self, on_pause: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._on_pause, self._clock = on_pause, clock
        self._used_s = float("-inf")

    def used(self) -> None:
        """Record that mouse or keyboard was used."""
        self._used_s = self._clock()

    def pause_key(self) -> None:
        """Handle a pause key; that alone does not count as using the keyboard."""
        self._used_s = float("-inf")
        self._on_pause()

    def within(self, seconds: float) -> bool:
        """Whether the user used mouse or keyboard within the last `seconds`."""
        return self._clock() - self._used_s < seconds
