"""Kinetics-400: about 300,000 clips of 10 s, 400 actions (Kay et al., 2017), as far as they are still available."""

from collections.abc import Iterator
from pathlib import Path

from common.table_file import TableError, read_table
from training.datasets.listing import DOWNLOAD, Listing, ListingRow, find, find_required, make_listing
from training.datasets.publisher import PublishedDataset, videos
from training.errors import DataError

FILES = {"train": ("train",), "validation": ("val", "validate", "validation"), "test": ("test",)}
"""Names of the splits at the publisher and at mirrors."""
STARTS = ("", "kinetics-400_", "kinetics400_", "kinetics_", "k400_")


def _names(split: str) -> list[str]:
    return [f"{start}{name}.csv" for name in FILES[split] for start in STARTS]


def _read(lists: Path, split: str) -> Listing | None:
    """Read `train.csv` and the like; the labels are those of the training list, in alphabetical order."""
    path = find(lists, *_names(split))
    if path is None:
        return None
    labels = {row.name for row in _rows(find_required(lists, *_names("train"))) if row.name is not None}
    return make_listing(sorted(labels), _rows(path))


def _rows(path: Path) -> Iterator[ListingRow]:
    """Rows of label, youtube_id, time_start, time_end, split; some test lists have no label.

    Raises:
        DataError: the list cannot be read.
    """
    try:
        for row in read_table(path, ("youtube_id", "time_start", "time_end")):
            start, end = int(row.number_in("time_start")), int(row.number_in("time_end"))
            clip = f"{row.text('youtube_id')}_{start:06d}_{end:06d}"
            yield ListingRow(f"{path} line {row.number}", clip, row.cells.get("label") or None)
    except TableError as error:
        raise DataError(f"{error}; {DOWNLOAD}") from error


SOURCE = PublishedDataset(
    name="kinetics400",
    splits=tuple(FILES),
    fps=30.0,
    form="<class>/<youtube_id>_000010_000020.mp4",
    read=_read,
    locate=videos,
)
