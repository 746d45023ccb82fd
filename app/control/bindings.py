"""KeyMap: what gestures do, and in which windows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from app.control.actions import Action, Pause, Run, Switch
from app.control.keys import Chord
from common.errors import UserError
from common.folded import folded
from models.vocabulary import Group, Vocabulary


class KeyMapError(UserError):
    """A key map cannot be used; the message has the file, the line and what was expected."""


class Mode(Enum):
    """How often a gesture acts while it lasts."""

    ONCE = "once"
    HOLD = "hold"
    """Keys stay down as long as the gesture lasts."""
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class Binding:
    """What one gesture does."""

    gesture: str
    action: Action
    mode: Mode = Mode.ONCE
    cooldown_s: float = 0.0
    """How long the gesture does nothing after it acted, in seconds of stream time."""
    rate_hz: float = 5.0
    """Rate of the action in mode repeat."""
    line: int = 0
    """Its line in the file."""
    also: tuple[str, ...] = ()
    """Other labels with the same meaning."""
    does: str = ""
    """Description of its purpose."""
    seen: str = ""
    """The recognised label; empty before an event."""

    def __str__(self) -> str:
        gesture = f"{self.seen} (as {self.gesture})" if self.seen in self.also else self.gesture
        return f"{gesture}: {self.deed}"

    @property
    def deed(self) -> str:
        """The action and its mode, as text."""
        mode = {Mode.ONCE: "", Mode.HOLD: " while it lasts", Mode.REPEAT: f" {self.rate_hz:g} times a second"}
        return f"{self.action}{mode[self.mode]}"


@dataclass(frozen=True, slots=True)
class ActiveWindow:
    """The window that has the focus."""

    class_name: str
    title: str


@dataclass(frozen=True, slots=True)
class WindowRule:
    """The windows in which a key map applies: both texts must occur, in any case; an empty one always does."""

    class_name: str = ""
    title: str = ""

    def fits(self, window: ActiveWindow | None) -> bool:
        """Whether the rule applies to a window."""
        if window is None:
            return False
        return folded(self.class_name) in folded(window.class_name) and folded(self.title) in folded(window.title)


@dataclass(frozen=True, slots=True)
class Safety:
    """Limits of control."""

    pause_keys: tuple[Chord, ...] = (("pause",), ("ctrl", "shift", "f9"))
    hand_over_s: float = 2.0
    """How long gestures do nothing after the user used mouse or keyboard, in seconds."""
    actions_per_s: float = 10.0
    """Maximum rate; further actions are skipped."""
    gesture_resumes: bool = True
    """Whether the gesture that turned control off also turns it on again."""


@dataclass(frozen=True, slots=True)
class KeyMap:
    """One file of bindings."""

    name: str
    path: Path
    sha256: str
    bindings: Mapping[str, Binding]
    window: WindowRule | None = None
    safety: Safety = field(default_factory=Safety)
    left_out: tuple[str, ...] = ()
    """Gestures of the file that the network lacks; only a bundled key map may have them."""

    @property
    def vocabulary(self) -> Vocabulary:
        """A vocabulary with one group per binding, named after its gesture."""
        return Vocabulary(tuple(Group(b.gesture, (b.gesture, *b.also)) for b in self.bindings.values()))

    @property
    def commands(self) -> tuple[Run, ...]:
        """The programs that it can start."""
        return tuple(b.action for b in self.bindings.values() if isinstance(b.action, Run))

    @property
    def switches(self) -> tuple[Binding, ...]:
        """The bindings that switch to other key maps."""
        return tuple(b for b in self.bindings.values() if isinstance(b.action, Switch))

    @property
    def pauses(self) -> bool:
        """Whether a gesture pauses control."""
        return any(isinstance(b.action, Pause) for b in self.bindings.values())

    def applies_in(self, window: ActiveWindow | None) -> bool:
        """Whether it may act while this window has the focus."""
        return self.window is None or self.window.fits(window)


def digest(content: bytes) -> str:
    """The SHA-256 that identifies a file."""
    return hashlib.sha256(content).hexdigest()
