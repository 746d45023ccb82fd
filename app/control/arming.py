"""Arming: whether gestures act on the desktop."""

from collections.abc import Callable
from enum import Enum, auto
from threading import Lock

OnChange = Callable[[bool, str], None]
"""Called with whether control is on, and why it changed."""


class _State(Enum):
    OFF = auto()
    """At the start, or turned off by a key: a gesture does not turn it on."""
    ON = auto()
    PAUSED = auto()
    """Turned off by a gesture; a gesture may turn it on again."""


class Arming:
    """Off until the user turns it on. Thread-safe.

    Args:
        on: whether it is on from the start (`--armed`).
        gesture_resumes: whether the pause gesture also ends its own pause.
    """

    keys: tuple[str, ...] = ()
    """The keys that turn it on and off in every window, as text; empty without a listener."""

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
        """Call `listener` now and on each change."""
        self._listeners.append(listener)
        listener(self.on, "")

    def toggle(self, why: str = "key") -> None:
        """Turn it on or off by a key or a button."""
        self._change({_State.ON: _State.OFF, _State.OFF: _State.ON, _State.PAUSED: _State.ON}, why)

    def toggle_by_gesture(self, gesture: str) -> None:
        """Turn it off by a gesture, or on if a gesture turned it off."""
        back = {_State.PAUSED: _State.ON} if self._gesture_resumes else {}
        self._change({_State.ON: _State.PAUSED, **back}, gesture)

    def disarm(self, why: str) -> None:
        """Turn it off after an error."""
        self._change({_State.ON: _State.OFF, _State.PAUSED: _State.OFF}, why)

    def _change(self, steps: dict[_State, _State], why: str) -> None:
        with self._lock:
            before, self._state = self._state, steps.get(self._state, self._state)
            changed = before is not self._state
        for listener in self._listeners if changed else ():
            listener(self.on, why)
