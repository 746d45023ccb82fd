"""A folder of made clips that training reads like any other."""

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from common.video import write_video
from common.whole_file import whole_file
from training.errors import DataError
from training.recording_list import LIST
from training.synthetic.drawn_clip import Film, Format

FORMAT = Format(height=128, width=170, moments=2)
COLUMNS = ("path", "label", "split", "source", "fps", "start", "end")


def write_clips(
    folder: Path, source: str, labels: Sequence[str], seeds: range, film: Callable[[str, int], Film]
) -> None:
    """Make a clip of every label with every seed, as `add_clips` does."""
    films = ((f"{label.replace(' ', '_')}_{seed}", label, film(label, seed)) for seed in seeds for label in labels)
    add_clips(folder, source, films)


def add_clips(folder: Path, source: str, films: Iterable[tuple[str, str, Film]]) -> None:
    """Write clips, and list each as soon as it is there, below what is listed already.

    Args:
        folder: made where there is none.
        source: what the list says they come from.
        films: name, label and clip; one of the same name that was written before is written anew.

    Raises:
        DataError: the folder's list is not of made clips.
        WriteError: the list cannot be written.
    """
    rows = _listed(folder / LIST)
    for count, (name, label, clip) in enumerate(films, 1):
        folder.mkdir(parents=True, exist_ok=True)
        file = f"{name}.mp4"
        write_video(folder / file, clip.frames(), clip.format.fps)
        rows[file] = _row(clip, label, file, source)
        _write_list(folder / LIST, rows.values())
        if count % 25 == 0:
            print(f"{count} clips made", flush=True)
    print(f"{len(rows)} clips in {folder}", flush=True)


def _row(clip: Film, label: str, name: str, source: str) -> tuple[str, ...]:
    """What the list says of a clip; where nothing happens, nothing happens all along."""
    fps = clip.format.fps
    starts = " ".join(str(round(event.start_s * fps)) for event in clip.events)
    ends = " ".join(str(round(event.end_s * fps)) for event in clip.events)
    return (name, label, "train", source, str(fps), starts, ends)


def _listed(path: Path) -> dict[str, tuple[str, ...]]:
    """The rows of an earlier run, by their clip's name."""
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        head, *rows = [tuple(row) for row in csv.reader(file)] or [()]
    if head != COLUMNS:
        raise DataError(f"{path} is a list of other recordings, which would be lost; give another folder")
    return {row[0]: row for row in rows}


def _write_list(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    with whole_file(path) as unfinished, unfinished.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
