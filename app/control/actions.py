"""Actions of gestures, and how a key map gives each: `ACTIONS`. A new action is a class and an entry there."""

import shutil
import subprocess
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from app.control.keys import Chord, key_of, parse_chord
from app.control.pressed_keys import PressedKeys
from app.toml_table import Table

MAX_TEXT_LENGTH = 1000


class Action(ABC):
    """What a gesture does, as plain data."""

    __slots__ = ()
    repeats: ClassVar[bool] = True
    """Whether it can repeat while the gesture lasts."""

    @abstractmethod
    def __str__(self) -> str:
        """The action as text, for `--list` and the log."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that it needs, to check that they can be pressed."""
        return ()


class Performed(Action):
    """An action on the desktop. `Control` does the others itself."""

    __slots__ = ()
    input_only: ClassVar[bool] = False
    """Whether it does nothing but send input through `PressedKeys`. A dry run performs no other actions."""

    @abstractmethod
    def perform(self, pressed: PressedKeys) -> None:
        """Do it once.

        Raises:
            OSError: it failed; this turns control off.
        """


@dataclass(frozen=True, slots=True)
class Press(Performed):
    """A key, a chord or a click."""

    chord: Chord
    times: int = 1
    input_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"press {'+'.join(self.chord)}" + (f" {self.times} times" if self.times > 1 else "")

    @property
    def keys(self) -> tuple[str, ...]:
        return self.chord

    @classmethod
    def read_key(cls, table: Table) -> "Press":
        try:
            return cls(parse_chord(table.word("key")), round(table.number("times", 1, 1, 100)))
        except ValueError as error:
            table.fail("key", str(error))

    @classmethod
    def read_click(cls, table: Table) -> "Press":
        button = table.choice("click", ("left", "middle", "right"), "left")
        return cls((f"mouse_{button}",), round(table.number("times", 1, 1, 3)))

    def perform(self, pressed: PressedKeys) -> None:
        """Press and release."""
        for _ in range(self.times):
            pressed.tap(self.chord)


@dataclass(frozen=True, slots=True)
class Type(Performed):
    """A text to type."""

    text: str
    input_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"type {self.text!r}"

    @classmethod
    def read(cls, table: Table) -> "Type":
        text = table.word("text")
        strange = [character for character in text if not character.isprintable() and character not in "\n\t"]
        if not text or strange or len(text) > MAX_TEXT_LENGTH:
            table.fail("text", f"text is 1 to {MAX_TEXT_LENGTH} characters that a keyboard can type")
        return cls(text)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(key_of, self.text)))

    def perform(self, pressed: PressedKeys) -> None:
        pressed.write(self.text)


@dataclass(frozen=True, slots=True)
class Move(Performed):
    """A movement of the pointer, in pixels."""

    right: int
    down: int
    input_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"move the pointer by {self.right}, {self.down}"

    def perform(self, pressed: PressedKeys) -> None:
        pressed.move(self.right, self.down)


@dataclass(frozen=True, slots=True)
class Scroll(Performed):
    """A turn of the wheel, in notches to the right and down."""

    right: int
    down: int
    input_only: ClassVar[bool] = True

    def __str__(self) -> str:
        return f"scroll by {self.right}, {self.down}"

    def perform(self, pressed: PressedKeys) -> None:
        pressed.scroll(self.right, self.down)


@dataclass(frozen=True, slots=True)
class Run(Performed):
    """A program with its arguments, started without a shell."""

    command: tuple[str, ...]
    repeats: ClassVar[bool] = False

    @classmethod
    def read(cls, table: Table) -> "Run":
        if isinstance(table.values["run"], str):
            table.fail("run", 'run is a list, a program and its arguments, such as ["xdg-open", "notes.pdf"]')
        command = table.words("run")
        if not command or not shutil.which(command[0]):
            program = command[0] if command else ""
            table.fail("run", f"program {program!r} is not found; install it, or give its full path")
        return cls(command)

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
class Switch(Action):
    """A change to another key map."""

    key_map: str
    repeats: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"switch to key map {self.key_map}"


@dataclass(frozen=True, slots=True)
class Pause(Action):
    """Turns control off, or on again if a gesture turned it off."""

    repeats: ClassVar[bool] = False

    @classmethod
    def read(cls, table: Table) -> "Pause":
        if not table.flag("pause", True):
            table.fail("pause", "pause = false has no effect; remove the gesture")
        return cls()

    def __str__(self) -> str:
        return "pause or resume control"


ACTIONS: dict[str, Callable[[Table], Action]] = {
    "key": Press.read_key,
    "text": Type.read,
    "click": Press.read_click,
    "move": lambda table: Move(*table.pair("move")),
    "scroll": lambda table: Scroll(*table.pair("scroll")),
    "run": Run.read,
    "key_map": lambda table: Switch(table.word("key_map")),
    "pause": Pause.read,
}
"""The keys of a gesture's table in a key map, and the functions that read the action from that table."""
FORMER_ACTIONS: dict[str, Callable[[Table], Action]] = {"profile": lambda table: Switch(table.word("profile"))}
"""Former keys, which are still read."""
