"""A TOML table that is read with care: whatever is wrong in it is told with its line and the nearest known word."""

import importlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from app.nearest import nearest
from common.errors import UserError

Names = tuple[str, ...]
"""Where a value is: the names of the tables around it, then its own."""


@dataclass(frozen=True, slots=True)
class TomlText:
    """The text of a file, to find lines in."""

    name: str
    text: str
    error: type[UserError]
    """What is raised where something is wrong in it."""

    @classmethod
    def read(cls, path: Path, what: str, error: type[UserError]) -> "TomlText":
        """Read a file.

        Args:
            path: the file.
            what: what it is, in a word, such as `profile`.
            error: what to raise where something is wrong in it.

        Raises:
            UserError: of that type: it is missing, or no text.
        """
        try:
            return cls(str(path), path.read_bytes().decode("utf-8-sig"), error)  # Windows' editors write a mark
        except OSError as reason:
            raise error(f"cannot read {path} ({reason.strerror}); name a {what} that is there") from reason
        except UnicodeDecodeError as reason:
            raise error(f"{path} is not UTF-8 text; a {what} is a TOML file") from reason

    def parse(self) -> "Table":
        """The whole file as a table.

        Raises:
            UserError: it is not TOML.
        """
        try:
            return Table(self, (), _loads(self.text))
        except ImportError as error:
            raise self.error("TOML files need tomli on Python 3.10; `pip install -r requirements.txt`") from error
        except ValueError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else len(self.text.splitlines())
            reason = re.sub(r" \(at .*\)", "", str(error))
            if re.search("twice|overwrite|mutate", reason, re.IGNORECASE):
                reason = "this name is given two times; leave one of them out"
            raise self.error(f"{self.name}:{line}: {reason}") from error

    def line_of(self, path: Names) -> int:
        """The line, from 1, where a value begins, or the table nearest around it."""
        best, best_line, table = 0, 1, Names()
        for number, line in enumerate(self.text.splitlines(), 1):
            words = _words(line)
            if words is None:
                continue
            table = words if line.lstrip().startswith("[") else table
            here = words if table is words else table + words
            common = _common(here, path)
            if common > best and common == min(len(here), len(path)):
                best, best_line = common, number
        return best_line

    def fail(self, path: Names, message: str) -> NoReturn:
        """Raise what is wrong with the value at a path."""
        raise self.error(f"{self.name}:{self.line_of(path)}: {message}")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file."""

    source: TomlText
    path: Names
    values: Mapping[str, Any]

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.source.line_of(self.path)

    def only(self, *known: str) -> None:
        """Refuse every key that is not known."""
        for key in self.values:
            if key not in known:
                self.fail(key, f"unknown key {key!r}{nearest(key, known)}")

    def table(self, key: str) -> "Table":
        """A table within; an empty one where there is none."""
        return Table(self.source, (*self.path, key), self._get(key, dict, "a table", {}))

    def word(self, key: str, default: str = "") -> str:
        """A text."""
        value: str = self._get(key, str, "a text in quotes", default)
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value: bool = self._get(key, bool, "true or false", default)
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number in a range, ends included."""
        value = self._get(key, (int, float), f"a number from {low:g} to {high:g}", default)
        if isinstance(value, bool) or not low <= value <= high:
            self.fail(key, f"{key} = {value!r}; expected a number from {low:g} to {high:g}")
        return float(value)

    def words(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        values = self._get(key, list, "a list of texts", list(default))
        if not all(isinstance(value, str) for value in values):
            self.fail(key, f"{key} = {values!r}; expected a list of texts")
        return tuple(values)

    def pair(self, key: str) -> tuple[int, int]:
        """Two whole numbers: to the right, and down."""
        values = self._get(key, list, "[right, down]", [])
        if len(values) != 2 or not all(type(value) is int for value in values):
            self.fail(key, f"{key} = {values!r}; expected two whole numbers, [right, down]")
        return values[0], values[1]

    def choice(self, key: str, known: tuple[str, ...], default: str) -> str:
        """One of the known words."""
        value = self.word(key, default)
        if value not in known:
            self.fail(key, f"unknown {key} {value!r}{nearest(value, known)}")
        return value

    def fail(self, key: str, message: str) -> NoReturn:
        """Raise what is wrong with one value."""
        self.source.fail((*self.path, key), message)

    def _get(self, key: str, kind: type | tuple[type, ...], expected: str, default: Any) -> Any:
        value = self.values.get(key, default)
        if not isinstance(value, kind):
            self.fail(key, f"{key} = {value!r}; expected {expected}")
        return value


def locate(name: str, ready: Path, what: str, error: type[UserError], beside: Path = Path()) -> Path:
    """The file of something that is called by its path or, if it comes with the program, by its bare name.

    Args:
        name: the path or the name.
        ready: the folder of those that come with the program.
        what: what it is, in a word, such as `profile`.
        error: what to raise where there is none.
        beside: the folder that a path starts from.

    Raises:
        UserError: of that type.
    """
    names = sorted(file.stem for file in ready.glob("*.toml"))
    if name in names:
        return ready / f"{name}.toml"
    path = (beside / name).resolve()
    if not path.is_file():
        raise error(f"no {what} {name!r}; give the path of a .toml file, or the name of one here{nearest(name, names)}")
    return path


def _loads(text: str) -> Any:
    """Parse TOML; what is wrong with it is a ValueError."""
    # Python 3.11 brings tomli under a name of its own.
    return importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli").loads(text)


def _words(line: str) -> Names | None:
    """The names that a line gives: `[a."b c"]` gives a, b c; `d = 1` gives d."""
    line = line.strip()
    head = line if line.startswith("[") else line.partition("=")[0] + "= 0"
    try:
        node = _loads(head)
    except ValueError:
        return None  # a piece of a longer value
    words = []
    while isinstance(node, dict) and node:
        word, node = next(iter(node.items()))
        words.append(word)
    return tuple(words) or None


def _common(one: Names, other: Names) -> int:
    """How many names two paths begin with alike."""
    same = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        same += 1
    return same
