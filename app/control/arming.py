"""Arming: whether gestures may act, and who may change that."""

from collections.abc import Callable
from enum import Enum, auto
from threading import Lock

OnChange = Callable[[bool, str], None]
"""Hears whether control is on now, and why."""


class _State(Enum):
    OFF = auto()
    """Not asked for yet, or turned off by a key: no gesture turns it on."""
    ON = auto()
    PAUSED = auto()
    """Turned off by a gesture, which may turn it on again."""


class Arming:
    """Off until a person turns it on. Any thread may call it.

    Args:
        on: whether it was asked for from the start.
        gesture_resumes: whether the pause gesture may take back its own pause.
    """

    def __init__(self, on: bool, gesture_resumes: bool) -> None:
        self._state = _State.ON if on else _State.OFF
        self._gesture_resumes = gesture_resumes
        self._lock = Lock()
        self._listeners: list[OnChange] = []

    @property
    def on(self) -> bool:
        """Whether gestures may act."""
        return self._state is _State.ON

    def listen(self, listener: OnChange) -> None:
        """Call a function now and whenever it changes."""
        self._listeners.append(listener)
        listener(self.on, "")

    def toggle(self, why: str = "key") -> None:
        """A person turns it on or off, by a key or a button."""
        self._change({_State.ON: _State.OFF, _State.OFF: _State.ON, _State.PAUSED: _State.ON}, why)

    def toggle_by_gesture(self, gesture: str) -> None:
        """A gesture turns it off; it turns on only what a gesture turned off."""
        back = {_State.PAUSED: _State.ON} if self._gesture_resumes else {}
        self._change({_State.ON: _State.PAUSED, **back}, gesture)

    def disarm(self, why: str) -> None:
        """Something went wrong: off."""
        self._change({_State.ON: _State.OFF, _State.PAUSED: _State.OFF}, why)

    def _change(self, steps: dict[_State, _State], why: str) -> None:
        with self._lock:
            before, self._state = self._state, steps.get(self._state, self._state)
            changed = before is not self._state
        for listener in self._listeners if changed else ():
            listener(self.on, why)
