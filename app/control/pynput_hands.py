"""Hands of pynput: X11, Windows and macOS."""

import importlib
import os
import sys
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
"""What pynput calls our keys."""


def load(module: str) -> Any:
    """A module of pynput, with the system's own way of input, never one that it falls back on.

    Raises:
        ImportError: it is not installed, or there is no display.
    """
    if sys.platform == "linux":
        os.environ["PYNPUT_BACKEND"] = "xorg"
    return importlib.import_module(f"pynput.{module}")


class PynputHands:
    """Presses through pynput."""

    name = "pynput"

    def __init__(self) -> None:
        self._keyboard, self._mouse = load("keyboard"), load("mouse")
        self._keys, self._pointer = self._keyboard.Controller(), self._mouse.Controller()
        self._layout = X11Layout() if sys.platform == "linux" else None

    def lack(self, key: str) -> str:
        """Why a key cannot be pressed here; empty when it can."""
        if key in BUTTONS or self._codes(key):
            return ""
        return "the keyboard that is set up has no such key" if self._layout else "this system has no such key"

    def press(self, key: str) -> None:
        """Press a key and keep it down."""
        if key in BUTTONS:
            self._pointer.press(self._button(key))
        for code in self._codes(key):
            self._keys.press(code)

    def release(self, key: str) -> None:
        """Let go of a key."""
        if key in BUTTONS:
            self._pointer.release(self._button(key))
        for code in reversed(self._codes(key)):
            self._keys.release(code)

    def move(self, right: int, down: int) -> None:
        """Move the pointer by so many pixels."""
        self._pointer.move(right, down)

    def scroll(self, right: int, down: int) -> None:
        """Turn the wheel by so many notches."""
        self._pointer.scroll(right, -down)

    def close(self) -> None:
        """Close the connection."""
        if self._layout:
            self._layout.close()

    def _codes(self, key: str) -> list[Any]:
        """What pynput is to press for a key, first to last; empty where the keyboard lacks it."""
        if len(key) > 1:
            code = getattr(self._keyboard.Key, PYNPUT_NAMES.get(key, key), None)
            missing = code is None or (self._layout is not None and not self._layout.has(code.value.vk))
            return [] if missing else [code]
        if self._layout is None:
            return [self._keyboard.KeyCode.from_char(key)]
        keysym = self._layout.keysym(key)
        if not keysym:
            return []
        held = [self._keyboard.Key[name] for name in self._layout.modifiers(keysym)]
        return [*held, self._keyboard.KeyCode.from_vk(keysym)]

    def _button(self, key: str) -> Any:
        return self._mouse.Button[key.removeprefix("mouse_")]
