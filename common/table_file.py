"""Table files: CSV as spreadsheet programs save it.

Excel writes a mark at the beginning, semicolons where the comma is a decimal sign, tabs and UTF-16; people write blanks
after commas, and column names with capitals. All of that is read; an error names its line.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from common.errors import UserError
from common.folded import folded

DELIMITERS = (",", ";", "\t", "|")
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class TableError(UserError):
    """A list cannot be read, or contains an invalid value."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a list."""

    path: Path
    number: int
    """Line number in the file, from 1."""
    cells: dict[str, str]
    """By the column's name, in lower case."""

    def text(self, column: str) -> str:
        """The text in a column; an empty one is an error."""
        if not (cell := self.cells.get(column, "")):
            self.fail(f"the column {column} is empty")
        return cell

    def number_in(self, column: str) -> float:
        """A number, written with a point or a comma."""
        cell = self.text(column)
        try:
            return float(re.sub(r"^(-?\d+),(\d+)$", r"\1.\2", cell))
        except ValueError:
            self.fail(f"{column} is {cell!r}, and should be a number")

    def whole_in(self, column: str) -> int:
        """A whole number."""
        number = self.number_in(column)
        if not number.is_integer():
            self.fail(f"{column} is {number:g}, and should be a whole number")
        return int(number)

    def label(self, column: str, known: Sequence[str]) -> str:
        """A label in the spelling of the known labels; case and blanks may differ."""
        cell = self.text(column)
        spelt = {_folded(label): label for label in known}
        if label := spelt.get(_folded(cell)):
            return label
        near = get_close_matches(_folded(cell), spelt, n=1, cutoff=0.0)
        return self.fail(f"there is no label {cell!r}; the nearest that is known is {spelt[near[0]]!r}")

    def fail(self, problem: str) -> NoReturn:
        """The error for a problem in this line."""
        raise TableError(f"{self.path}, line {self.number}: {problem}; correct it")


def read_table(path: Path, needed: Sequence[str]) -> list[TableRow]:
    """Read a list.

    Args:
        path: the file.
        needed: required columns, in lower case.

    Raises:
        TableError: the file is missing, is not text, or lacks a column.
    """
    lines = text_of(path).splitlines()
    begins = 1 if lines and re.fullmatch(r"sep=.", lines[0].strip().strip('"'), re.I) else 0  # Excel's own mark
    if len(lines) <= begins:
        raise TableError(f"{path} is empty; it needs a first line with the columns {', '.join(needed)}")
    head = lines[begins]
    delimiter = max(DELIMITERS, key=lambda each: len(set(needed) & set(_names(head, each))))
    names = _names(head, delimiter)
    if missing := [name for name in needed if name not in names]:
        raise TableError(
            f"{path} has no column {missing[0]}; it needs the columns {' and '.join(needed)} in its first line, "
            f"which is {head[:80]!r}"
        )
    return [row for row in _rows(path, lines, begins + 1, names, delimiter) if any(row.cells.values())]


def text_of(path: Path) -> str:
    """Read a text file in UTF-8 or UTF-16, with or without a byte order mark.

    Raises:
        TableError: it cannot be read, or is in another encoding.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"cannot read {path} ({error.strerror})") from error
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if encoding is None:
        zeros = data[:200:2].count(0), data[1:200:2].count(0)
        encoding = "utf-8" if not any(zeros) else "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise TableError(f"{path}, line {line} is not UTF-8 text; save it as CSV UTF-8") from error


def _rows(path: Path, lines: list[str], begins: int, names: list[str], delimiter: str) -> Iterator[TableRow]:
    """The rows from a line on; a cell in quotes may have several lines."""
    text = io.StringIO("\n".join(lines[begins:]))
    reader = csv.reader(text, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            row = TableRow(path, begins + reader.line_num, dict(zip(names, map(str.strip, cells), strict=False)))
            if more := [cell for cell in cells[len(names) :] if cell.strip()]:
                row.fail(f"{more[0]!r} is in no column; put quotes around a cell that has a {delimiter!r} in it")
            yield row
    except csv.Error as error:
        raise TableError(f"{path}, line {begins + reader.line_num}: {error}; is a quote missing?") from error


def _names(head: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([head], delimiter=delimiter, skipinitialspace=True), [])
    return [cell.strip().casefold() for cell in cells]


def _folded(label: str) -> str:
    return " ".join(folded(label).replace("_", " ").split())
