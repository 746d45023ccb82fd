"""Actions of gestures. Each is plain data and is performed through `PressedKeys`."""

import subprocess
import threading
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from app.control.keys import Chord, key_of
from app.control.pressed_keys import PressedKeys


@dataclass(frozen=True, slots=True)
class Press:
    """A key, a chord or a click."""

    chord: Chord
    times: int = 1

    def __str__(self) -> str:
        return f"press {'+'.join(self.chord)}" + (f" {self.times} times" if self.times > 1 else "")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it needs, to check that they can be pressed."""
        return self.chord

    def perform(self, pressed: PressedKeys) -> None:
        """Press and release."""
        for _ in range(self.times):
            pressed.tap(self.chord)


@dataclass(frozen=True, slots=True)
class Type:
    """A text to type."""

    text: str

    def __str__(self) -> str:
        return f"type {self.text!r}"

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it needs, to check that they can be pressed."""
        return tuple(dict.fromkeys(map(key_of, self.text)))

    def perform(self, pressed: PressedKeys) -> None:
        pressed.write(self.text)


@dataclass(frozen=True, slots=True)
class Move:
    """A movement of the pointer, in pixels."""

    right: int
    down: int
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"move the pointer by {self.right}, {self.down}"

    def perform(self, pressed: PressedKeys) -> None:
        pressed.move(self.right, self.down)


@dataclass(frozen=True, slots=True)
class Scroll:
    """A turn of the wheel, in notches to the right and down."""

    right: int
    down: int
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"scroll by {self.right}, {self.down}"

    def perform(self, pressed: PressedKeys) -> None:
        pressed.scroll(self.right, self.down)


@dataclass(frozen=True, slots=True)
class Run:
    """A program with its arguments, started without a shell."""

    command: tuple[str, ...]
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"run {list(self.command)}"

    def perform(self, pressed: PressedKeys) -> None:
        """Start the program and do not wait for it.

        Raises:
            OSError: it does not start.
        """
        del pressed
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(self.command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True)
        # Without a wait, the system keeps an entry for the ended process.
        threading.Thread(target=process.wait, daemon=True).start()


@dataclass(frozen=True, slots=True)
class Switch:
    """A change to another key map."""

    key_map: str
    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return f"switch to key map {self.key_map}"


@dataclass(frozen=True, slots=True)
class Pause:
    """Turns control off, or on again if a gesture turned it off."""

    keys: ClassVar[tuple[str, ...]] = ()

    def __str__(self) -> str:
        return "pause or resume control"


Performed: TypeAlias = Press | Type | Move | Scroll | Run
"""Actions that send input or start programs."""
Action: TypeAlias = Performed | Switch | Pause
