"""Streams to judge by: pictures at a model's rate, as the app would see them, and the gestures in them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.table_file import TableError, TableRow, read_table
from common.video import header_rate, video_frames
from models.frame import Image
from models.preprocess import to_picture
from models.spec import NO_GESTURE_LABELS, ModelSpec
from models.step_grid import StepGrid
from training.errors import DataError
from training.evaluation.stream_metrics import Truth


@dataclass(frozen=True, slots=True, eq=False)
class LabelledStream:
    """One stream to judge by."""

    group: str
    pictures: Image
    """uint8 [T, H, W, 3], a step each."""
    truths: tuple[Truth, ...]


def take(pictures: Iterable[Image], fps: float, group: str, truths: Sequence[Truth], spec: ModelSpec) -> LabelledStream:
    """Resample a video to a model's rate and pictures."""
    grid = StepGrid(spec.rate_hz)
    due = ((picture, grid.count(index / fps)) for index, picture in enumerate(pictures))
    shown = [np.repeat(to_picture(p, spec.height, spec.width)[None], n, axis=0) for p, n in due if n]
    return LabelledStream(group, np.concatenate(shown), tuple(truths))


def video_stream(video: Path, events: Path, fps: float, top: int, spec: ModelSpec) -> LabelledStream:
    """A continuous recording and the list of its events; its first `top` rows are cut away.

    Raises:
        DataError: there is no such list, a row of it makes no sense, or there is no picture in the video.
    """
    return take(_pictures(video, top), fps, video.stem, read_events(events, fps, spec.labels), spec)


def _pictures(video: Path, top: int) -> Iterator[Image]:
    """The pictures of a video without their first rows; one at least."""
    read = False
    for picture in video_frames(video):
        if len(picture) <= top:
            raise DataError(f"{video} has {len(picture)} rows, and {top} are to be cut off; cut fewer")
        read = True
        yield picture[top:]
    if not read:
        raise DataError(f"no pictures in {video}; give a video file that OpenCV reads")


def rate_of(video: Path) -> float:
    """The frames a second that a video says it has.

    Raises:
        DataError: it cannot be read, or does not say.
    """
    if (fps := header_rate(video)) is None:
        raise DataError(f"{video} cannot be read, or does not tell its rate; give a video, or its rate with --fps")
    return fps


def read_events(path: Path, fps: float, labels: Sequence[str]) -> list[Truth]:
    """Read a list of events: columns start, end (first and last frame) and jester_class.

    Args:
        path: the list, a CSV.
        fps: the video's rate.
        labels: those that the network has; besides, an event may be none of them, "No gesture" and its like.

    Raises:
        DataError: there is no such list, it lacks a column, or a row has another label or ends before it starts.
    """
    known = (*labels, *(label for label in NO_GESTURE_LABELS if label not in labels))
    try:
        return [_truth(row, fps, known) for row in read_table(path, ("start", "end", "jester_class"))]
    except TableError as error:
        raise DataError(f"{error}. A list of events has the columns start, end, jester_class") from error


def _truth(row: TableRow, fps: float, labels: Sequence[str]) -> Truth:
    label, start, end = row.label("jester_class", labels), row.whole_in("start"), row.whole_in("end")
    if not 0 <= start <= end:
        row.fail("a first frame is from 0 on, and a last one not before it")
    return Truth(label, start / fps, (end + 1) / fps)
