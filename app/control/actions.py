"""Actions: what a gesture can do. Each is plain data that says what it does and does it through a grip."""

import subprocess
import threading
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from app.control.grip import Grip
from app.control.keys import Chord, key_of


@dataclass(frozen=True, slots=True)
class Press:
    """A key, a chord or a click."""

    chord: Chord
    times: int = 1

    def __str__(self) -> str:
        return f"press {'+'.join(self.chord)}" + (f" {self.times} times" if self.times > 1 else "")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it needs."""
        return self.chord

    def perform(self, grip: Grip) -> None:
        """Press and let go."""
        for _ in range(self.times):
            grip.tap(self.chord)


@dataclass(frozen=True, slots=True)
class Type:
    """A text, typed."""

    text: str

    def __str__(self) -> str:
        return f"type {self.text!r}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it needs."""
        return tuple(dict.fromkeys(map(key_of, self.text)))

    def perform(self, grip: Grip) -> None:
        """Type it."""
        grip.write(self.text)


@dataclass(frozen=True, slots=True)
class Move:
    """A movement of the pointer, in pixels."""

    right: int
    down: int
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"move the pointer by {self.right}, {self.down}"

    def perform(self, grip: Grip) -> None:
        """Move."""
        grip.move(self.right, self.down)


@dataclass(frozen=True, slots=True)
class Scroll:
    """A turn of the wheel, in notches."""

    right: int
    down: int
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"scroll by {self.right}, {self.down}"

    def perform(self, grip: Grip) -> None:
        """Scroll."""
        grip.scroll(self.right, self.down)


@dataclass(frozen=True, slots=True)
class Run:
    """A program with its arguments; never a shell's line."""

    command: tuple[str, ...]
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"run {list(self.command)}"

    def perform(self, grip: Grip) -> None:
        """Start it, and do not wait for it.

        Raises:
            OSError: it does not start.
        """
        del grip
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(self.command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
        # Somebody has to take note of its end, or the system keeps an entry for it.
        threading.Thread(target=process.wait, daemon=True).start()


@dataclass(frozen=True, slots=True)
class Switch:
    """A change to another profile."""

    profile: str
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"switch to profile {self.profile}"


@dataclass(frozen=True, slots=True)
class Pause:
    """Control off, or on again where a gesture turned it off."""

    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return "pause control, or go on"


Performed: TypeAlias = Press | Type | Move | Scroll | Run
"""What is done to the desktop."""
Action: TypeAlias = Performed | Switch | Pause
