"""X11Layout: the key and modifiers that type a character with the current state of the keyboard.

pynput sends characters by XSendEvent, which xterm and other programs ignore for security. Keys pressed by XTest are
accepted by every program. The character of a key depends on the layout, on the active one of several layouts, and on
Caps Lock. All of these may change while the app runs, so they are read for each character. A character without a key
is temporarily mapped to an unused key.
"""

import time
from contextlib import suppress
from typing import Any

COLUMNS = {0: (0, 1, 4, 5), 1: (2, 3, 6, 7)}
"""Columns of the keyboard mapping for the four levels of the first and the second layout; it has only these."""
LEVELS = ((), ("shift",), ("level3",), ("shift", "level3"))
"""The modifiers of each level."""
SHIFT_L, LEVEL3_SHIFT = 0xFFE1, 0xFE03
CAPS_LOCK, GROUP_AT, GROUPS = 0x2, 13, 0x3
"""Bits of the keyboard state for Caps Lock and the active layout."""
LAYOUT_DELAY_S = 0.1
"""How long to wait until programs have received a changed mapping."""

Keys = dict[int, list[int]]
"""The keysyms of each keycode, by column."""


class X11Layout:
    """Finds the keys of characters and presses keys by their code. Needs python-xlib, a dependency of pynput."""

    def __init__(self) -> None:
        from pynput._util.xorg_keysyms import SYMBOLS
        from Xlib.display import Display

        self._display: Any = Display()
        # Keyboards use the older keysym of a character if there is one: Cyrillic_a, not U0430.
        self._older = {character: keysym for keysym, character in SYMBOLS.values() if character}
        self._remapped: dict[int, list[int]] = {}
        """Unused keys that were remapped, with their new keysyms."""

    def strokes(self, character: str, in_chord: bool) -> tuple[str, ...]:
        """The keys to press for a character: `#52` is a key code, `=e9+c9` a key remapped to that pair of letters.

        Args:
            character: the character.
            in_chord: whether Ctrl, Alt or Super is down; then Caps Lock and the active layout are ignored.

        Returns:
            The strokes; empty if no key types it and no key is unused.
        """
        keys, group, caps = self._keys(), *self._state()
        caps = caps and not in_chord and character.lower() != character.upper()
        for one in (group, *((0, 1) if in_chord else ())):
            if found := self._found(keys, one, character, caps):
                return found
        if not (self._spare(keys) or self._remapped):
            return ()
        small, capital = _pair_of(character)
        shift = caps != (character != small)
        pair = "+".join(f"{self._keysyms(letter)[-1]:x}" for letter in (small, capital))
        return (*(self._modifier(keys, "shift") if shift else ()), f"={pair}")

    def level3(self) -> tuple[str, ...]:
        """The AltGr key of the layout; empty if it has none."""
        return self._modifier(self._keys(), "level3")

    def press(self, stroke: str, down: bool) -> None:
        """Press or release a stroke that `strokes` returned."""
        from Xlib import X
        from Xlib.ext import xtest

        code = (
            int(stroke[1:]) if stroke[0] == "#" else self._remap([int(keysym, 16) for keysym in stroke[1:].split("+")])
        )
        xtest.fake_input(self._display, X.KeyPress if down else X.KeyRelease, code)
        self._display.sync()

    def has(self, keysym: int) -> bool:
        """Whether a key has this keysym."""
        return bool(self._display.keysym_to_keycode(keysym))

    def close(self) -> None:
        """Restore remapped keys and close the connection."""
        if self._remapped:
            time.sleep(LAYOUT_DELAY_S)  # the program that received the text may still look up the last key
            with suppress(Exception):
                for code in self._remapped:
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
        """The strokes for a character in a layout, with the fewest modifiers."""
        wanted = self._keysyms(character)
        # With two layouts, the mapping is ambiguous for the higher levels; then a key is remapped instead.
        levels = 2 if any(row[2:4] not in ([], [0, 0], row[:2]) for row in keys.values()) else 4
        for level, column in enumerate(COLUMNS.get(group, ())[:levels]):
            for code, row in keys.items():
                if column >= len(row) or row[column] not in wanted:
                    continue
                needed = LEVELS[level]
                if caps:
                    if level > 1 or not self._is_pair(row, group, character):
                        continue
                    needed = LEVELS[1 - level]  # on a pair of letters, Caps Lock inverts Shift
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
        # A key with another keysym as well, such as Right Alt, has that in another column.
        codes = [code for code, row in keys.items() if row and row[0] == keysym]
        return (f"#{codes[-1] if name == 'level3' and len(codes) > 1 else codes[0]}",) if codes else ()

    def _spare(self, keys: Keys) -> list[int]:
        return [code for code, row in reversed(keys.items()) if not any(row)]

    def _remap(self, letters: list[int]) -> int:
        """The code of the key with a small letter and its capital; an unused key is remapped if there is none yet."""
        keys = self._keys()
        pair = letters * 2
        for code, meaning in self._remapped.items():
            if meaning == pair and keys[code][:2] == pair[:2]:
                return code
        spare = self._spare(keys)
        code = spare[0] if spare else next(iter(self._remapped))
        self._remapped.pop(code, None)
        self._remapped[code] = pair
        self._display.change_keyboard_mapping(code, [pair])
        self._display.sync()
        time.sleep(LAYOUT_DELAY_S)
        return code


def _pair_of(character: str) -> tuple[str, str]:
    """The small and the capital letter of a remapped key, as on every other key; any other character is both."""
    small, capital = character.lower(), character.upper()
    is_pair = len(small) == len(capital) == 1 and (small.upper(), capital.lower()) == (capital, small)
    return (small, capital) if is_pair and character in (small, capital) else (character, character)
