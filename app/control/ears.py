"""Ears: they hear the real mouse and keyboard, so that whoever uses them takes over at once."""

import time
from collections.abc import Callable
from typing import Protocol


class Ears(Protocol):
    """Something that hears the mouse and the keyboard."""

    def close(self) -> None:
        """Hear nothing any more."""
        ...


class Touch:
    """Remembers when a person last used the mouse or the keyboard. Any thread may call it.

    Args:
        on_pause: called when a person presses a pause key.
        clock: tells the time, in seconds.
    """

    def __init__(self, on_pause: Callable[[], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._on_pause, self._clock = on_pause, clock
        self._touched_s = float("-inf")

    def used(self) -> None:
        """The mouse or the keyboard was used."""
        self._touched_s = self._clock()

    def pause_key(self) -> None:
        """A pause key was pressed; that alone is not using the keyboard."""
        self._touched_s = float("-inf")
        self._on_pause()

    def within(self, seconds: float) -> bool:
        """Whether a person used them in the last seconds."""
        return self._clock() - self._touched_s < seconds
