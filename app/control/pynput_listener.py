"""PynputListener: listens to mouse and keyboard on X11, Windows and macOS."""

import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from app.control.injected_events import InjectedEvents
from app.control.input_listener import UserActivity
from app.control.keys import Chord
from app.control.pynput_backend import PYNPUT_NAMES, load
from app.control.x11_server import LISTENING, server_lacks
from common.errors import one_line

NO_RECORD = "this X server does not let programs listen (no RECORD extension)"
MIN_MOVE_PX = 6
"""Smaller movements of the pointer are ignored, because a desk may shake."""


class PynputListener:
    """Listens in pynput's threads.

    Args:
        activity: notified of the user's input.
        injected: the events that control sent.
        pause_keys: the chords that pause.
        on_loss: called when listening ends although `close` was not called.

    Raises:
        OSError: it is impossible to listen here.
    """

    def __init__(
        self, activity: UserActivity, injected: InjectedEvents, pause_keys: Iterable[Chord], on_loss: Callable[[], None]
    ) -> None:
        if sys.platform == "linux" and server_lacks(LISTENING):
            raise OSError(NO_RECORD)
        keyboard, mouse = load("keyboard"), load("mouse")
        self._activity, self._injected = activity, injected
        self._rest: tuple[int, int] = mouse.Controller().position
        self._listeners: list[Any] = [
            keyboard.Listener(on_press=self._on_press, on_release=self._on_release),
            mouse.Listener(on_move=self._on_move, on_click=self._on_click, on_scroll=self._on_scroll),
        ]
        self._pause_keys = [
            keyboard.HotKey(keyboard.HotKey.parse(_pynput_hotkey(chord)), activity.pause_key)
            for chord in pause_keys
            if all(len(key) == 1 or hasattr(keyboard.Key, PYNPUT_NAMES[key]) for key in chord)  # a Mac has no Pause
        ]
        self._on_loss = on_loss
        self._open = False
        for listener in self._listeners:
            self._start(listener)
        self._open = True

    def close(self) -> None:
        self._open = False
        for listener in self._listeners:
            with suppress(Exception):  # the display may be gone
                listener.stop()

    def _start(self, listener: Any) -> None:
        """Start a listener and detect its end: pynput would print a traceback, or `wait` would block for ever."""
        run, reasons = listener.run, []

        def run_and_report() -> None:
            try:
                run()
                reasons.append("it ended")
            except Exception as error:
                reasons.append(one_line(error))
            listener._mark_ready()
            if self._open:
                self._on_loss()

        listener.run = run_and_report
        listener.start()
        listener.wait()
        if reasons:
            self.close()
            raise OSError(reasons[0])

    # pynput marks the events of its own controllers as `injected`; the system reports the same events once more.

    def _on_press(self, key: Any, injected: bool) -> None:
        if injected or self._injected.owns_press(key):
            return
        self._activity.used()
        for chord in self._pause_keys:
            chord.press(self._listeners[0].canonical(key))

    def _on_release(self, key: Any, injected: bool) -> None:
        for chord in () if injected else self._pause_keys:
            chord.release(self._listeners[0].canonical(key))

    def _on_move(self, x: int, y: int, injected: bool) -> None:
        if injected or self._injected.owns_move():
            self._rest = (x, y)
        elif abs(x - self._rest[0]) + abs(y - self._rest[1]) >= MIN_MOVE_PX:
            self._rest = (x, y)
            self._activity.used()

    def _on_click(self, _x: int, _y: int, button: Any, pressed: bool, injected: bool) -> None:
        if pressed and not injected and not self._injected.owns_press(button):
            self._activity.used()

    def _on_scroll(self, _x: int, _y: int, _right: int, _up: int, injected: bool) -> None:
        if not injected and not self._injected.owns_scroll():
            self._activity.used()


def _pynput_hotkey(chord: Chord) -> str:
    return "+".join(key if len(key) == 1 else f"<{PYNPUT_NAMES[key]}>" for key in chord)
