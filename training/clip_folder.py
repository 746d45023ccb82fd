"""Writes generated clips and their list, in the format that training reads."""

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from common.table_file import text_of
from common.video import write_video
from common.whole_file import whole_file
from training.errors import DataError
from training.recording_list import LIST
from training.synthetic.drawn_clip import Format, LabelledClip

FORMAT = Format(height=128, width=170, moments=2)
COLUMNS = ("path", "label", "split", "source", "fps", "start", "end")


def write_clips(
    folder: Path, source: str, labels: Sequence[str], seeds: range, generate: Callable[[str, int], LabelledClip]
) -> None:
    """Generate a clip of every label with every seed, and add them with `add_clips`."""
    clips = ((f"{label.replace(' ', '_')}_{seed}", label, generate(label, seed)) for seed in seeds for label in labels)
    add_clips(folder, source, clips)


def add_clips(folder: Path, source: str, clips: Iterable[tuple[str, str, LabelledClip]]) -> None:
    """Write clips into a folder and append each to the folder's list as soon as it is written.

    Args:
        folder: created if it does not exist.
        source: the `source` of these clips in the list.
        clips: name, label and clip; an existing clip of the same name is replaced.

    Raises:
        TableError: the folder's list cannot be read.
        DataError: the folder has a list with other columns, or a row has more or fewer cells.
        WriteError: the list cannot be written.
    """
    rows = _listed(folder / LIST)
    for count, (name, label, clip) in enumerate(clips, 1):
        folder.mkdir(parents=True, exist_ok=True)
        file = f"{name}.mp4"
        write_video(folder / file, clip.frames(), clip.format.fps)
        rows[file] = _row(clip, label, file, source)
        _write_list(folder / LIST, rows.values())
        if count % 25 == 0:
            print(f"{count} clips written", flush=True)
    print(f"{len(rows)} clips in {folder}", flush=True)


def _row(clip: LabelledClip, label: str, name: str, source: str) -> tuple[str, ...]:
    """The row of a clip in the list; start and end in frames."""
    fps = clip.format.fps
    starts = " ".join(str(round(event.start_s * fps)) for event in clip.events)
    ends = " ".join(str(round(event.end_s * fps)) for event in clip.events)
    return (name, label, "train", source, str(fps), starts, ends)


def _listed(path: Path) -> dict[str, tuple[str, ...]]:
    """The rows of an existing list, by file name."""
    if not path.exists():
        return {}
    reader = csv.reader(text_of(path).splitlines())
    if tuple(next(reader, ())) != COLUMNS:
        raise DataError(f"{path} lists other recordings and is not overwritten; give another folder")
    rows: dict[str, tuple[str, ...]] = {}
    for row in filter(None, reader):  # without empty lines
        if len(row) != len(COLUMNS):
            raise DataError(f"{path}:{reader.line_num}: number of cells: {len(row)}; expected {len(COLUMNS)}")
        rows[row[0]] = tuple(row)
    return rows


def _write_list(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    with whole_file(path) as unfinished, unfinished.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
