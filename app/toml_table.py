"""TOML tables with checks: every error has the line and the nearest known word."""

import importlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from common.errors import UserError
from common.nearest import nearest

Names = tuple[str, ...]
"""The path to a value: the names of the tables around it, then its own."""
MAX_SHOWN = 60
"""Maximum length of a line of the file in a message."""


@dataclass(frozen=True, slots=True)
class TomlText:
    """The text of a TOML file, which finds the line of each value."""

    name: str
    text: str
    error: type[UserError]
    """The type of the errors that it raises."""

    @classmethod
    def read(cls, path: Path, what: str, error: type[UserError]) -> "TomlText":
        """Read a file.

        Args:
            path: the file.
            what: its kind in error messages, such as `vocabulary`.
            error: the type of the errors that it raises.

        Raises:
            UserError: of that type: it is missing, or not UTF-8 text.
        """
        try:
            return cls(str(path), path.read_bytes().decode("utf-8-sig"), error)  # Windows' editors may write a BOM
        except OSError as reason:
            raise error(f"cannot read {path} ({reason.strerror}); name a {what} that is there") from reason
        except UnicodeDecodeError as reason:
            raise error(f"{path} is not UTF-8 text; a {what} is a TOML file") from reason

    def parse(self) -> "Table":
        """The file as a table.

        Raises:
            UserError: it is not valid TOML.
        """
        try:
            return Table(self, (), _loads(self.text))
        except ImportError as error:
            raise self.error("TOML files need tomli on Python 3.10; `pip install -r requirements.txt`") from error
        except ValueError as error:
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else len(self.text.rstrip().splitlines())
            reason = re.sub(r" \(at .*\)", "", str(error))
            if re.search("twice|overwrite|mutate", reason, re.IGNORECASE):
                reason = "this name is given two times; leave one of them out"
            elif "end of document" in str(error):
                reason = f"the file ends before this is complete ({reason})"
            shown = self._shown(line)
            raise self.error(f"{self.name}:{line}: {reason}" + (f": {shown}" if shown else "")) from error

    def _shown(self, line: int) -> str:
        """A line of the file, cut to a length that fits a message."""
        lines = self.text.splitlines()
        text = lines[line - 1].strip() if line <= len(lines) else ""
        return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."

    def line_of(self, path: Names) -> int:
        """The line, from 1, where a value begins, or, if it is not found, the nearest table around it."""
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
        """Raise an error about the value at a path."""
        raise self.error(f"{self.name}:{self.line_of(path)}: {message}")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a file."""

    source: TomlText
    path: Names
    values: Mapping[str, Any]

    @property
    def line(self) -> int:
        """The line, from 1, where it begins."""
        return self.source.line_of(self.path)

    def only(self, *known: str) -> None:
        """Check that there are no other keys than these."""
        for key in self.values:
            if key not in known:
                self.fail(key, f"unknown key {key!r}{nearest(key, known)}")

    def table(self, key: str) -> "Table":
        """A table in it; an empty one if it is missing."""
        return Table(self.source, (*self.path, key), self._get(key, dict, "a table", {}))

    def word(self, key: str, default: str = "") -> str:
        value: str = self._get(key, str, "a text in quotes", default)
        return value

    def flag(self, key: str, default: bool) -> bool:
        value: bool = self._get(key, bool, "true or false", default)
        return value

    def number(self, key: str, default: float, low: float, high: float) -> float:
        """A number in `[low, high]`."""
        value = self._get(key, (int, float), f"a number from {low:g} to {high:g}", default)
        if isinstance(value, bool) or not low <= value <= high:
            self.fail(key, f"{key} = {value!r}; expected a number from {low:g} to {high:g}")
        return float(value)

    def words(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        values = self._get(key, list, "a list of texts", list(default))
        if not all(isinstance(value, str) for value in values):
            self.fail(key, f"{key} = {values!r}; expected a list of texts")
        return tuple(values)

    def pair(self, key: str) -> tuple[int, int]:
        """Two integers: right and down, in pixels."""
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
        """Raise an error about one value."""
        self.source.fail((*self.path, key), message)

    def _get(self, key: str, kind: type | tuple[type, ...], expected: str, default: Any) -> Any:
        value = self.values.get(key, default)
        if not isinstance(value, kind):
            self.fail(key, f"{key} = {value!r}; expected {expected}")
        return value


def locate(name: str, bundled: Path, what: str, error: type[UserError], base: Path = Path()) -> Path:
    """The file that a path or the bare name of a bundled file names.

    Args:
        name: the path or the name.
        bundled: the folder of the bundled files.
        what: its kind in error messages, such as `vocabulary`.
        error: the type of the error if there is no such file.
        base: the folder that a relative path starts from.

    Raises:
        UserError: of that type.
    """
    names = sorted(file.stem for file in bundled.glob("*.toml"))
    if name in names:
        return bundled / f"{name}.toml"
    path = (base / name).resolve()
    if not path.is_file():
        raise error(
            f"no {what} {name!r}; give the path of a .toml file, or the name of a bundled one{nearest(name, names)}"
        )
    return path


def _loads(text: str) -> Any:
    """Parse TOML; raises ValueError if it is not valid."""
    # Python 3.11 has tomli in the standard library, as tomllib.
    return importlib.import_module("tomllib" if sys.version_info >= (3, 11) else "tomli").loads(text)


def _words(line: str) -> Names | None:
    """The names that a line defines: `[a."b c"]` defines a, b c; `d = 1` defines d."""
    line = line.strip()
    head = line if line.startswith("[") else line.partition("=")[0] + "= 0"
    try:
        node = _loads(head)
    except ValueError:
        return None  # a part of a value of several lines
    words = []
    while isinstance(node, dict) and node:
        word, node = next(iter(node.items()))
        words.append(word)
    return tuple(words) or None


def _common(one: Names, other: Names) -> int:
    """The number of names that two paths have in common at their start."""
    same = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        same += 1
    return same
