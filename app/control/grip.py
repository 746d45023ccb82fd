"""Grip: hands that know what they hold down, so that all of it is let go of, whatever happens."""

import logging
from collections.abc import Iterable
from typing import Protocol

from app.control.hands import Hands
from app.control.keys import key_of

log = logging.getLogger("mstnet")


class Witness(Protocol):
    """Somebody who is told of everything before it is done."""

    def pressing(self, stroke: str) -> None:
        """A key is about to go down."""
        ...

    def released(self, stroke: str) -> None:
        """A key went up."""
        ...

    def moving(self) -> None:
        """The pointer is about to move."""
        ...

    def scrolling(self, notches: int) -> None:
        """The wheel is about to turn."""
        ...


class Grip:
    """Presses and lets go. Witnesses hear of a key before it is down and after it is up.

    Used by one thread at a time.
    """

    def __init__(self, hands: Hands, witnesses: Iterable[Witness] = ()) -> None:
        self.hands = hands
        self._witnesses = tuple(witnesses)
        self._down: list[str] = []

    @property
    def down(self) -> tuple[str, ...]:
        """The keys held, in the order of pressing."""
        return tuple(self._down)

    def press(self, keys: Iterable[str]) -> None:
        """Press keys and keep them down."""
        for key in keys:
            strokes = self.hands.strokes(key)
            if not strokes:
                log.warning("the key %r is not pressed: %s now", key, self.hands.why_lacking)
            for stroke in strokes:
                if stroke not in self._down:
                    self._put_down(stroke)

    def tap(self, keys: Iterable[str]) -> None:
        """Press keys and let go of them."""
        before = len(self._down)
        try:
            self.press(keys)
        finally:
            self._let_go_after(before)

    def write(self, text: str) -> None:
        """Type a text, character by character; nothing of it where a character cannot be typed now."""
        if lacking := next((each for each in text if not self.hands.strokes(key_of(each))), None):
            log.warning("a text is not typed, for its %r: %s now", lacking, self.hands.why_lacking)
            return
        for character in text:
            self.tap([key_of(character)])

    def move(self, right: int, down: int) -> None:
        """Move the pointer."""
        for witness in self._witnesses:
            witness.moving()
        self.hands.move(right, down)

    def scroll(self, right: int, down: int) -> None:
        """Turn the wheel."""
        for witness in self._witnesses:
            witness.scrolling(abs(right) + abs(down))
        self.hands.scroll(right, down)

    def let_go(self) -> None:
        """Let go of everything."""
        self._let_go_after(0)

    def _put_down(self, stroke: str) -> None:
        for witness in self._witnesses:
            witness.pressing(stroke)
        self._down.append(stroke)
        self.hands.press(stroke)

    def _let_go_after(self, count: int) -> None:
        """Let go of what was pressed after the first so many, the last first."""
        while len(self._down) > count:
            stroke = self._down[-1]
            self.hands.release(stroke)
            self._down.pop()
            for witness in self._witnesses:
                witness.released(stroke)
