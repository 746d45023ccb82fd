"""Something-Something v2: 220,847 webm videos of 174 actions (Goyal et al., ICCV 2017; second release 2018)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.datasets.listing import Listing, ListingRow, bad_line, find, find_required, make_listing, read_json
from training.datasets.publisher import PublishedDataset, videos
from training.datasets.twenty_bn import SPLITS, read_rows

PREFIX = "something-something-v2-"


def _read(lists: Path, split: str) -> Listing | None:
    """Read `something-something-v2-train.json` and the like, or `train.json` as newer packages name it."""
    path = find(lists, PREFIX + split + ".json", split + ".json")
    test_labels = find(lists, "test-answers.csv") if split == "test" else None
    if test_labels is not None:
        return make_listing(_labels(lists), read_rows(test_labels, split))
    return None if path is None else make_listing(_labels(lists), _rows(path))


def _labels(lists: Path) -> tuple[str, ...]:
    """The label list maps each name to its number as a string."""
    path = find_required(lists, PREFIX + "labels.json", "labels.json")
    numbers = read_json(path)
    try:
        names = sorted(numbers, key=lambda name: int(numbers[name]))
    except (TypeError, ValueError, KeyError) as error:
        raise bad_line(str(path), numbers, "a map of labels to numbers") from error
    if [int(numbers[name]) for name in names] != list(range(len(names))):
        raise bad_line(str(path), numbers, "a map of labels to the numbers from 0 on")
    return tuple(names)


def _rows(path: Path) -> Iterator[ListingRow]:
    """A clip's label is its template without brackets; the test split has none."""
    clips = read_json(path)
    if not isinstance(clips, list):
        raise bad_line(str(path), clips, "a list of clips")
    for number, clip in enumerate(clips, 1):
        where = f"{path} clip {number}"
        if not isinstance(clip, dict) or "id" not in clip:
            raise bad_line(where, clip, "a clip with an id and a template")
        yield ListingRow(where, str(clip["id"]), _name(clip))


def _name(clip: dict[str, Any]) -> str | None:
    template = clip.get("template")
    return None if template is None else str(template).replace("[", "").replace("]", "")


SOURCE = PublishedDataset(
    name="something_v2",
    splits=SPLITS,
    fps=12.0,
    form="20bn-something-something-v2/<id>.webm",
    read=_read,
    locate=videos,
    sizes={"train": 168_913, "validation": 24_777, "test": 27_157},
)
