"""The lists of 20BN for Jester and Something-Something v1: rows of `id;label`, the test split without labels."""

from collections.abc import Callable, Iterator
from pathlib import Path

from training.datasets.listing import Listing, ListingRow, bad_line, find, find_required, make_listing, read_table

SPLITS = ("train", "validation", "test")


def listing_of(prefix: str) -> Callable[[Path, str], Listing | None]:
    """A reader of the lists `<prefix>-train.csv` and the like, or `train.csv` as newer packages name it.

    Labels are numbered in alphabetical order. `test-answers.csv` is preferred to `test.csv`.
    """

    def read(lists: Path, split: str) -> Listing | None:
        names = (f"{split}-answers", split) if split == "test" else (split,)
        path = find(lists, *(start + name + ".csv" for name in names for start in (f"{prefix}-", "")))
        return None if path is None else make_listing(read_labels(lists, prefix), read_rows(path, split))

    return read


def read_labels(lists: Path, prefix: str) -> tuple[str, ...]:
    """The labels, one per line, in alphabetical order."""
    path = find_required(lists, f"{prefix}-labels.csv", "labels.csv")
    return tuple(sorted({cells[0] for _, cells in read_table(path, ";")}))


def read_rows(path: Path, split: str) -> Iterator[ListingRow]:
    """The rows of a list, `id;label`, or `id` alone in the test split."""
    for where, cells in read_table(path, ";\t,"):
        if len(cells) > 2 or (len(cells) == 1 and split != "test") or not all(cells):
            raise bad_line(where, ";".join(cells), "`id;label`")
        yield ListingRow(where, cells[0], cells[1] if len(cells) == 2 else None)
