"""PynputBackend: sends events on X11, Windows and macOS."""

import importlib
import os
import sys
from contextlib import suppress
from typing import Any

from app.control.keys import BUTTONS, NAMES
from app.control.x11_layout import X11Layout

PYNPUT_NAMES = {
    **{name: name for name in NAMES},
    "super": "cmd",
    "play_pause": "media_play_pause",
    "next_track": "media_next",
    "previous_track": "media_previous",
    "volume_up": "media_volume_up",
    "volume_down": "media_volume_down",
    "mute": "media_volume_mute",
}
"""pynput's name of each key."""

CHORD_KEYS = {"ctrl", "alt", "super"}
"""While one of these is down, a character is pressed as a key of a chord."""
LAYOUT_PREFIXES = "#="
"""First characters of strokes that `X11Layout` returned."""


def load(module: str) -> Any:
    """Import a module of pynput with the native backend of the system, not with one of its fallbacks.

    Raises:
        ImportError: it is not installed, or there is no display.
    """
    if sys.platform == "linux":
        os.environ["PYNPUT_BACKEND"] = "xorg"
    return importlib.import_module(f"pynput.{module}")


class PynputBackend:
    """Sends events through pynput."""

    name = "pynput"
    why_lacking = "the current keyboard layout has no such key"

    def __init__(self) -> None:
        self._keyboard, self._mouse = load("keyboard"), load("mouse")
        self._keys, self._pointer = self._keyboard.Controller(), self._mouse.Controller()
        self._layout = X11Layout() if sys.platform == "linux" else None
        self._down: set[str] = set()

    def strokes(self, key: str) -> tuple[str, ...]:
        if len(key) == 1 and self._layout:
            return self._layout.strokes(key, in_chord=bool(self._down & CHORD_KEYS))
        if key == "alt_gr" and self._layout:
            return self._layout.level3() or ("alt_gr",)
        return (key,) if key in BUTTONS or self._code(key) is not None else ()

    def press(self, stroke: str) -> None:
        self._down.add(stroke)
        if stroke in BUTTONS:
            self._pointer.press(self._button(stroke))
        elif self._layout and stroke[0] in LAYOUT_PREFIXES:
            self._layout.press(stroke, down=True)
        else:
            self._keys.press(self._code(stroke))

    def release(self, stroke: str) -> None:
        self._down.discard(stroke)
        if stroke in BUTTONS:
            self._pointer.release(self._button(stroke))
        elif self._layout and stroke[0] in LAYOUT_PREFIXES:
            self._layout.press(stroke, down=False)
        else:
            self._keys.release(self._code(stroke))

    def move(self, right: int, down: int) -> None:
        self._pointer.move(right, down)

    def scroll(self, right: int, down: int) -> None:
        self._pointer.scroll(right, -down)

    def close(self) -> None:
        # pynput closes its connections in finalisers, which print a traceback if the display is gone.
        displays = [vars(each).pop("_display", None) for each in (self._keys, self._pointer)]
        for connection in (*displays, self._layout):
            if connection:
                with suppress(Exception):
                    connection.close()

    def _code(self, stroke: str) -> Any:
        """Pynput's code of a key; None if this system or keyboard does not have it."""
        if len(stroke) == 1:
            return self._keyboard.KeyCode.from_char(stroke)
        key = getattr(self._keyboard.Key, PYNPUT_NAMES[stroke], None)
        if key is None or (self._layout and not self._layout.has(key.value.vk)):
            return None
        return key

    def _button(self, key: str) -> Any:
        return self._mouse.Button[key.removeprefix("mouse_")]
