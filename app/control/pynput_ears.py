"""Ears of pynput: X11, Windows and macOS."""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from app.control.ears import Touch
from app.control.keys import Chord
from app.control.ledger import Ledger
from app.control.pynput_hands import PYNPUT_NAMES, load
from app.control.x11_server import LISTENING, server_lacks

UNHEARD = "this X server lets nobody listen (no RECORD extension)"
STIR_PX = 6
"""A pointer that moves less than this was not moved by a hand; a desk shakes."""


class PynputEars:
    """Listens in threads of pynput's own.

    Args:
        touch: told of what a person does.
        ledger: knows what was not a person's doing.
        pause_keys: the chords that pause.
        on_deaf: called when nothing is heard any more, although nobody closed it.

    Raises:
        OSError: nothing can be heard here.
    """

    def __init__(self, touch: Touch, ledger: Ledger, pause_keys: Iterable[Chord], on_deaf: Callable[[], None]) -> None:
        if sys.platform == "linux" and server_lacks(LISTENING):
            raise OSError(UNHEARD)
        keyboard, mouse = load("keyboard"), load("mouse")
        self._touch, self._ledger = touch, ledger
        self._rest: tuple[int, int] = mouse.Controller().position
        self._listeners: list[Any] = [
            keyboard.Listener(on_press=self._on_press, on_release=self._on_release),
            mouse.Listener(on_move=self._on_move, on_click=self._on_click, on_scroll=self._on_scroll),
        ]
        self._pause_keys = [
            keyboard.HotKey(keyboard.HotKey.parse(_in_pynputs_words(chord)), touch.pause_key)
            for chord in pause_keys
            if all(len(key) == 1 or hasattr(keyboard.Key, PYNPUT_NAMES[key]) for key in chord)  # a Mac has no Pause
        ]
        self._on_deaf = on_deaf
        self._open = False
        for listener in self._listeners:
            self._start(listener)
        self._open = True

    def close(self) -> None:
        """Stop listening."""
        self._open = False
        for listener in self._listeners:
            with suppress(Exception):  # where the display is gone, so is what there was to stop
                listener.stop()

    def _start(self, listener: Any) -> None:
        """Start a listener, and notice its end: pynput's print a traceback, or let `wait` wait for ever."""
        run, reasons = listener.run, []

        def run_and_tell() -> None:
            try:
                run()
                reasons.append("it ended")
            except Exception as error:
                reasons.append(" ".join(str(error).split()))
            listener._mark_ready()
            if self._open:
                self._on_deaf()

        listener.run = run_and_tell
        listener.start()
        listener.wait()
        if reasons:
            self.close()
            raise OSError(reasons[0])

    # pynput also tells its listeners itself of what its controllers do (`injected`), beside what the system tells.

    def _on_press(self, key: Any, injected: bool) -> None:
        if injected or self._ledger.owns_press(key):
            return
        self._touch.used()
        for chord in self._pause_keys:
            chord.press(self._listeners[0].canonical(key))

    def _on_release(self, key: Any, injected: bool) -> None:
        for chord in () if injected else self._pause_keys:
            chord.release(self._listeners[0].canonical(key))

    def _on_move(self, x: int, y: int, injected: bool) -> None:
        if injected or self._ledger.owns_move():
            self._rest = (x, y)
        elif abs(x - self._rest[0]) + abs(y - self._rest[1]) >= STIR_PX:
            self._rest = (x, y)
            self._touch.used()

    def _on_click(self, _x: int, _y: int, button: Any, pressed: bool, injected: bool) -> None:
        if pressed and not injected and not self._ledger.owns_press(button):
            self._touch.used()

    def _on_scroll(self, _x: int, _y: int, _right: int, _up: int, injected: bool) -> None:
        if not injected and not self._ledger.owns_scroll():
            self._touch.used()


def _in_pynputs_words(chord: Chord) -> str:
    return "+".join(key if len(key) == 1 else f"<{PYNPUT_NAMES[key]}>" for key in chord)
