"""The lists of a data set: which clips belong to a split, and their labels."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.table_file import TableError, text_of
from training.errors import DataError


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip as a list names it."""

    id: str
    label: int | None
    """None where the list tells none."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The clips of a split, each once, in the list's order."""

    labels: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A list's line: where it stands, the clip, its label's name."""

    where: str
    id: str
    name: str | None


def find(folder: Path, *names: str) -> Path | None:
    """The first of some files that is in a folder."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def find_required(folder: Path, *names: str) -> Path:
    """The first of some files that is in a folder.

    Raises:
        DataError: none is.
    """
    path = find(folder, *names)
    if path is None:
        raise DataError(f"no {' or '.join(names)} in {folder}; give the folder of the data set's lists with --lists")
    return path


def read_text(path: Path) -> str:
    """What a list says.

    Raises:
        DataError: it cannot be read, is no text, or is empty.
    """
    try:
        text = text_of(path)
    except TableError as error:
        raise DataError(f"{error}; get the list anew from its publisher") from error
    if not text.strip():
        raise DataError(f"{path} is empty; get the list anew from its publisher")
    return text


def read_table(path: Path, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """The lines of a table that are not empty, each with where it stands."""
    reader = csv.reader(read_text(path).splitlines(), delimiter=delimiter)
    try:
        for cells in reader:
            if cells:
                yield f"{path} line {reader.line_num}", [cell.strip() for cell in cells]
    except csv.Error as error:
        raise DataError(f"{path} line {reader.line_num}: {error}; get the list anew from its publisher") from error


def read_json(path: Path) -> Any:
    """What a list of JSON holds.

    Raises:
        DataError: it is none, or is cut short.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise DataError(f"{path} is not JSON ({error}); is it cut short? get it anew from its publisher") from error


def bad_line(where: str, came: object, expected: str) -> DataError:
    """The error of a line that makes no sense."""
    return DataError(f"{where}: {str(came)[:80]!r} is not {expected}; get the list anew from its publisher")


def make_listing(labels: Sequence[str], rows: Iterable[ListingRow]) -> Listing:
    """Number the labels of a list's lines.

    Raises:
        DataError: a label is unknown, an id cannot be a file's name, or a clip is listed twice with two labels.
    """
    numbers = {name: number for number, name in enumerate(labels)}
    seen: dict[str, int | None] = {}
    for row in rows:
        label = _number(row, numbers)
        if seen.setdefault(row.id, label) != label:
            raise DataError(f"{row.where}: clip {row.id} was listed before with another label; mend the list")
    return Listing(tuple(labels), tuple(Entry(*item) for item in seen.items()))


def _number(row: ListingRow, numbers: dict[str, int]) -> int | None:
    if Path(row.id).name != row.id:
        raise bad_line(row.where, row.id, "a clip's id")
    if row.name is not None and row.name not in numbers:
        raise bad_line(row.where, row.name, f"one of the data set's {len(numbers)} labels")
    return None if row.name is None else numbers[row.name]
