"""X11 layout: which key, with which modifiers, gives a character on the keyboard as it is at this moment.

Sent as events, as pynput does with characters, keys are thrown away by xterm and others that guard themselves; pressed
as keys, by way of XTest, they are real for every program. What a key gives depends on the layout, on which of several
layouts is active, and on Caps Lock, and all of them may change while the app runs: so they are asked for each time. A
character that no key gives now is put on a key that has no meaning.
"""

import time
from contextlib import suppress
from typing import Any

COLUMNS = {0: (0, 1, 4, 5), 1: (2, 3, 6, 7)}
"""Columns of the keyboard's table for the four levels of the first and the second layout; it holds no more of them."""
LEVELS = ((), ("shift",), ("level3",), ("shift", "level3"))
"""The modifiers of each level."""
SHIFT_L, LEVEL3_SHIFT = 0xFFE1, 0xFE03
CAPS_LOCK, GROUP_AT, GROUPS = 0x2, 13, 0x3
"""Where a state of the keyboard holds Caps Lock and the active layout."""
SETTLING_S = 0.1
"""How long programs may take to learn what a key means now."""

Keys = dict[int, list[int]]
"""The keysyms of each keycode, by column."""


class X11Layout:
    """Looks characters up, and presses keys by their code. Needs python-xlib, which pynput brings."""

    def __init__(self) -> None:
        from pynput._util.xorg_keysyms import SYMBOLS
        from Xlib.display import Display

        self._display: Any = Display()
        # Keyboards carry the older name of a character where it has one: Cyrillic_a, not U0430.
        self._older = {character: keysym for keysym, character in SYMBOLS.values() if character}
        self._lent: dict[int, list[int]] = {}
        """Keys without a meaning that were given one, and which."""

    def strokes(self, character: str, in_chord: bool) -> tuple[str, ...]:
        """The keys to press for a character: `#52` by its code, `=e9+c9` the one that is lent to that pair of letters.

        Args:
            character: what to type.
            in_chord: whether Ctrl, Alt or Super is down: then the key counts, not Caps Lock and the active layout.

        Returns:
            The strokes; none where no key gives it, and none is left to lend.
        """
        keys, group, caps = self._keys(), *self._state()
        caps = caps and not in_chord and character.lower() != character.upper()
        for one in (group, *((0, 1) if in_chord else ())):
            if found := self._found(keys, one, character, caps):
                return found
        if not (self._spare(keys) or self._lent):
            return ()
        # On a lent key, small and capital letters are one pair, as on every other key.
        shift = caps != (character != character.lower() and len(character.lower()) == 1)
        return (
            *(self._modifier(keys, "shift") if shift else ()),
            f"={self._keysyms(character.lower()[:1])[-1]:x}+{self._capital(character):x}",
        )

    def level3(self) -> tuple[str, ...]:
        """The key that is AltGr here, whatever it is called; none where the layout has none."""
        return self._modifier(self._keys(), "level3")

    def press(self, stroke: str, down: bool) -> None:
        """Press a key that `strokes` named, or let go of it."""
        from Xlib import X
        from Xlib.ext import xtest

        code = (
            int(stroke[1:]) if stroke[0] == "#" else self._lend([int(keysym, 16) for keysym in stroke[1:].split("+")])
        )
        xtest.fake_input(self._display, X.KeyPress if down else X.KeyRelease, code)
        self._display.sync()

    def has(self, keysym: int) -> bool:
        """Whether any key gives it."""
        return bool(self._display.keysym_to_keycode(keysym))

    def close(self) -> None:
        """Take back what was lent, and close the connection."""
        if self._lent:
            time.sleep(SETTLING_S)  # who was typed to may still look up the last key
            with suppress(Exception):
                for code in self._lent:
                    self._display.change_keyboard_mapping(code, [[0]])
                self._display.sync()
        self._display.close()

    def _keys(self) -> Keys:
        first = self._display.display.info.min_keycode
        count = self._display.display.info.max_keycode - first + 1
        return {first + k: list(row) for k, row in enumerate(self._display.get_keyboard_mapping(first, count))}

    def _state(self) -> tuple[int, bool]:
        """The active layout, and whether Caps Lock is on."""
        state = self._display.screen().root.query_pointer().mask
        return (state >> GROUP_AT) & GROUPS, bool(state & CAPS_LOCK)

    def _keysyms(self, character: str) -> list[int]:
        code = ord(character)
        candidates = (code if code < 0x100 else 0x01000000 | code, self._older.get(character, 0))
        return [keysym for keysym in candidates if keysym]

    def _found(self, keys: Keys, group: int, character: str, caps: bool) -> tuple[str, ...]:
        """The keys that give a character in a layout, with the fewest modifiers."""
        wanted = self._keysyms(character)
        # Of two layouts, the table does not tell whose a higher level is: then a key is lent instead.
        sure = 2 if any(row[2:4] not in ([], [0, 0], row[:2]) for row in keys.values()) else 4
        for level, column in enumerate(COLUMNS.get(group, ())[:sure]):
            for code, row in keys.items():
                if column >= len(row) or row[column] not in wanted:
                    continue
                needed = LEVELS[level]
                if caps:
                    if level > 1 or not self._is_pair(row, group, character):
                        continue
                    needed = LEVELS[1 - level]  # on a pair of letters, Caps Lock turns Shift around
                modifiers = [stroke for name in needed for stroke in self._modifier(keys, name)]
                if len(modifiers) == len(needed):
                    return (*modifiers, f"#{code}")
        return ()

    def _is_pair(self, row: list[int], group: int, character: str) -> bool:
        small, capital = (row[column] for column in COLUMNS[group][:2])
        return small in self._keysyms(character.lower()[:1]) and capital in self._keysyms(character.upper()[:1])

    @staticmethod
    def _modifier(keys: Keys, name: str) -> tuple[str, ...]:
        keysym = SHIFT_L if name == "shift" else LEVEL3_SHIFT
        # A key that gives something else besides, such as Right Alt, does so in another column.
        codes = [code for code, row in keys.items() if row and row[0] == keysym]
        return (f"#{codes[-1] if name == 'level3' and len(codes) > 1 else codes[0]}",) if codes else ()

    def _spare(self, keys: Keys) -> list[int]:
        return [code for code, row in reversed(keys.items()) if not any(row)]

    def _lend(self, letters: list[int]) -> int:
        """The key that gives a small letter and its capital; a meaningless one is given them where none does yet."""
        keys = self._keys()
        pair = letters * 2
        for code, meaning in self._lent.items():
            if meaning == pair and keys[code][:2] == pair[:2]:
                return code
        spare = self._spare(keys)
        code = spare[0] if spare else next(iter(self._lent))
        self._lent.pop(code, None)
        self._lent[code] = pair
        self._display.change_keyboard_mapping(code, [pair])
        self._display.sync()
        time.sleep(SETTLING_S)
        return code

    def _capital(self, character: str) -> int:
        """The keysym of a character's capital; its own where it has none."""
        capital = character.upper()
        return self._keysyms(capital if len(capital) == 1 else character)[-1]
