"""Presses keys through an input backend and records which are down, so that all of them can be released."""

from collections.abc import Iterable
from typing import Protocol

from app.control.input_backend import InputBackend
from app.control.keys import key_of
from common.log import log


class InputObserver(Protocol):
    """Called before each input event is sent."""

    def pressing(self, stroke: str) -> None:
        """Called before a key is pressed."""
        ...

    def released(self, stroke: str) -> None:
        """Called after a key was released."""
        ...

    def moving(self) -> None:
        """Called before the pointer moves."""
        ...

    def scrolling(self, notches: int) -> None:
        """Called before the wheel turns.

        Args:
            notches: number of notches, without a sign.
        """
        ...


class PressedKeys:
    """Sends input events and keeps the list of pressed keys. Not thread-safe.

    Args:
        backend: sends the events.
        observers: called before a key is pressed and after it was released.
    """

    def __init__(self, backend: InputBackend, observers: Iterable[InputObserver] = ()) -> None:
        self.backend = backend
        self._observers = tuple(observers)
        self._down: list[str] = []

    @property
    def down(self) -> tuple[str, ...]:
        """The keys that are down, in the order of pressing."""
        return tuple(self._down)

    def press(self, keys: Iterable[str]) -> None:
        """Press keys and keep them down."""
        for key in keys:
            strokes = self.backend.strokes(key)
            if not strokes:
                log.warning("the key %r is not pressed: %s now", key, self.backend.why_lacking)
            for stroke in strokes:
                if stroke not in self._down:
                    self._press_stroke(stroke)

    def tap(self, keys: Iterable[str]) -> None:
        """Press keys and release them."""
        before = len(self._down)
        try:
            self.press(keys)
        finally:
            self._release_after(before)

    def write(self, text: str) -> None:
        """Type a text. If one of its characters cannot be typed, nothing is typed and a warning is logged."""
        if lacking := next((each for each in text if not self.backend.strokes(key_of(each))), None):
            log.warning("a text is not typed, because of its %r: %s now", lacking, self.backend.why_lacking)
            return
        for character in text:
            self.tap([key_of(character)])

    def move(self, right: int, down: int) -> None:
        """Move the pointer by pixels."""
        for observer in self._observers:
            observer.moving()
        self.backend.move(right, down)

    def scroll(self, right: int, down: int) -> None:
        """Turn the wheel by notches."""
        for observer in self._observers:
            observer.scrolling(abs(right) + abs(down))
        self.backend.scroll(right, down)

    def release_all(self) -> None:
        """Release all keys, the last pressed first."""
        self._release_after(0)

    def _press_stroke(self, stroke: str) -> None:
        for observer in self._observers:
            observer.pressing(stroke)
        self._down.append(stroke)
        self.backend.press(stroke)

    def _release_after(self, count: int) -> None:
        """Release all but the first `count` pressed keys, the last pressed first."""
        while len(self._down) > count:
            stroke = self._down[-1]
            self.backend.release(stroke)
            self._down.pop()
            for observer in self._observers:
                observer.released(stroke)
