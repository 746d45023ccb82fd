"""X11 layout: which key, with which modifier, gives a character on the keyboard that is set up now.

Sent as events, as pynput does with characters, keys are thrown away by xterm and others that guard themselves; pressed
as keys, by way of XTest, they are real for every program. For that the key of a character has to be known.
"""

from typing import Any

LEVELS = {0: (), 1: ("shift",), 4: ("alt_gr",), 5: ("shift", "alt_gr")}
"""The modifiers of each column of the keyboard's table; columns 2 and 3 belong to a second layout."""


class X11Layout:
    """Looks characters up. Needs python-xlib, which pynput brings."""

    def __init__(self) -> None:
        from pynput._util.xorg_keysyms import SYMBOLS
        from Xlib.display import Display

        self._display: Any = Display()
        # Keyboards carry the older name of a character where it has one: Cyrillic_a, not U0430.
        self._older = {character: keysym for keysym, character in SYMBOLS.values() if character}

    def keysym(self, character: str) -> int:
        """The keysym of a character that the keyboard has; 0 if it has none."""
        code = ord(character)
        candidates = (code if code < 0x100 else 0x01000000 | code, self._older.get(character, 0))
        return next((keysym for keysym in candidates if keysym and self._column(keysym) in LEVELS), 0)

    def modifiers(self, keysym: int) -> tuple[str, ...]:
        """What has to be held down with the key."""
        return LEVELS[self._column(keysym)]

    def has(self, keysym: int) -> bool:
        """Whether any key gives it."""
        return bool(self._display.keysym_to_keycode(keysym))

    def close(self) -> None:
        """Close the connection."""
        self._display.close()

    def _column(self, keysym: int) -> int:
        codes = self._display.keysym_to_keycodes(keysym)
        return min((column for _, column in codes), default=-1)
