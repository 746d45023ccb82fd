"""The publisher's lists of a data set: the clips of each split and their labels."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.nearest import similar
from common.table_file import TableError, text_of
from training.errors import DataError

DOWNLOAD = "download the list again from its publisher"


@dataclass(frozen=True, slots=True)
class Entry:
    """One clip of a list."""

    id: str
    label: int | None
    """None if the list has no labels."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The clips of a split, each once, in the list's order."""

    labels: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One row of a list."""

    where: str
    """File and line, for error messages."""
    id: str
    name: str | None
    """The label."""


def find(folder: Path, *names: str) -> Path | None:
    """The first of these files that exists in a folder."""
    return next((folder / name for name in names if (folder / name).is_file()), None)


def find_required(folder: Path, *names: str) -> Path:
    """As `find`.

    Raises:
        DataError: none of the files exists.
    """
    path = find(folder, *names)
    if path is None:
        raise DataError(f"no {' or '.join(names)} in {folder}; give the folder of the data set's lists with --lists")
    return path


def read_text(path: Path) -> str:
    """The text of a list.

    Raises:
        DataError: the file cannot be read, is no text, or is empty.
    """
    try:
        text = text_of(path)
    except TableError as error:
        raise DataError(f"{error}; {DOWNLOAD}") from error
    if not text.strip():
        raise DataError(f"{path} is empty; {DOWNLOAD}")
    return text


def read_table(path: Path, delimiters: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of a table that are not empty, each with its file and line.

    Args:
        path: the file.
        delimiters: the publisher's delimiter, and those with which spreadsheet programs may have saved it.
    """
    lines = read_text(path).splitlines()
    delimiter = next((each for each in delimiters if each in lines[0]), delimiters[0])
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in reader:
            if cells:
                yield f"{path} line {reader.line_num}", [cell.strip() for cell in cells]
    except csv.Error as error:
        raise DataError(f"{path} line {reader.line_num}: {error}; {DOWNLOAD}") from error


def read_json(path: Path) -> Any:
    """The content of a JSON list.

    Raises:
        DataError: the file is not JSON, or truncated.
    """
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise DataError(f"{path} is not JSON, or cut short ({error}); {DOWNLOAD}") from error


def bad_line(where: str, came: object, expected: str) -> DataError:
    """The error for a row that cannot be read."""
    return DataError(f"{where}: {str(came)[:80]!r} is not {expected}; {DOWNLOAD}")


def make_listing(labels: Sequence[str], rows: Iterable[ListingRow]) -> Listing:
    """Make a listing of rows, labels as numbers.

    Raises:
        DataError: a label is unknown, an id is no file name, or a clip is listed with two labels.
    """
    numbers = {name: number for number, name in enumerate(labels)}
    seen: dict[str, int | None] = {}
    for row in rows:
        label = _number(row, numbers)
        if seen.setdefault(row.id, label) != label:
            raise DataError(f"{row.where}: clip {row.id} was listed before with another label; correct the list")
    return Listing(tuple(labels), tuple(Entry(*item) for item in seen.items()))


def _number(row: ListingRow, numbers: dict[str, int]) -> int | None:
    if Path(row.id).name != row.id:
        raise bad_line(row.where, row.id, "a clip's id")
    if row.name is not None and row.name not in numbers:
        expected = f"one of the data set's {len(numbers)} labels{similar(row.name, list(numbers))}"
        raise bad_line(row.where, row.name, expected)
    return None if row.name is None else numbers[row.name]
