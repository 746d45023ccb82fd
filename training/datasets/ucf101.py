"""UCF-101: 13,320 avi videos of 101 actions, in three splits (Soomro et al., 2012)."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from training.datasets.listing import Listing, ListingRow, bad_line, find, find_required, make_listing, read_table
from training.datasets.publisher import PublishedDataset, videos


def _read(lists: Path, split: str) -> Listing | None:
    """Read `trainlist01.txt`, `testlist01.txt` and the like."""
    path = find(lists, f"{split[:-2]}list{split[-2:]}.txt")
    return None if path is None else make_listing(_labels(find_required(lists, "classInd.txt")), _rows(path))


def _labels(path: Path) -> tuple[str, ...]:
    """Rows such as `1 ApplyEyeMakeup`, numbered from 1."""
    names: list[str] = []
    for where, cells in read_table(path, " "):
        if len(cells) != 2 or cells[0] != str(len(names) + 1):
            raise bad_line(where, " ".join(cells), f"class {len(names) + 1} and its name")
        names.append(cells[1])
    return tuple(names)


def _rows(path: Path) -> Iterator[ListingRow]:
    """Rows such as `ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1`; test lists have no number."""
    for where, cells in read_table(path, " "):
        file = PurePosixPath(cells[0])
        if len(file.parts) != 2 or file.suffix != ".avi":
            raise bad_line(where, " ".join(cells), "`Class/v_Class_g01_c01.avi`")
        yield ListingRow(where, file.stem, file.parts[0])


SOURCE = PublishedDataset(
    name="ucf101",
    splits=("train01", "test01", "train02", "test02", "train03", "test03"),
    fps=25.0,
    form="UCF-101/<class>/v_<class>_g01_c01.avi",
    read=_read,
    locate=videos,
    sizes={"train01": 9_537, "test01": 3_783, "train02": 9_586, "test02": 3_734, "train03": 9_624, "test03": 3_696},
)
