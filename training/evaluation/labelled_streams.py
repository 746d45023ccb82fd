"""Labelled streams: pictures at a model's rate, as the app gets them, and the gestures in them."""

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
    """A stream with its gestures."""

    group: str
    pictures: Image
    """uint8 [T, H, W, 3], one per step."""
    truths: tuple[Truth, ...]


def to_stream(
    pictures: Iterable[Image], fps: float, group: str, truths: Sequence[Truth], spec: ModelSpec
) -> LabelledStream:
    """Resample a video to the rate and picture size of a model."""
    grid = StepGrid(spec.rate_hz)
    due = ((picture, grid.count(index / fps)) for index, picture in enumerate(pictures))
    repeated = [np.repeat(to_picture(p, spec.height, spec.width)[None], n, axis=0) for p, n in due if n]
    return LabelledStream(group, np.concatenate(repeated), tuple(truths))


def video_stream(video: Path, events: Path, fps: float, top: int, spec: ModelSpec) -> LabelledStream:
    """The stream of a recording and of the list of its events; the first `top` rows of its pictures are cut off.

    Raises:
        DataError: the list is missing or invalid, or the video has no pictures.
    """
    return to_stream(_pictures(video, top), fps, video.stem, read_events(events, fps, spec.labels), spec)


def _pictures(video: Path, top: int) -> Iterator[Image]:
    """The pictures of a video without their first rows; at least one."""
    read = False
    for picture in video_frames(video):
        if len(picture) <= top:
            raise DataError(f"{video} has {len(picture)} rows, and {top} are to be cut off; cut fewer")
        read = True
        yield picture[top:]
    if not read:
        raise DataError(f"no pictures in {video}; give a video file that OpenCV reads")


def rate_of(video: Path) -> float:
    """The frame rate in a video's header.

    Raises:
        DataError: the video cannot be read, or has no frame rate.
    """
    if (fps := header_rate(video)) is None:
        raise DataError(f"{video} cannot be read, or has no frame rate; give a video, or its rate with --fps")
    return fps


def read_events(path: Path, fps: float, labels: Sequence[str]) -> list[Truth]:
    """Read a list of events: columns start, end (first and last frame) and jester_class.

    Args:
        path: a CSV file.
        fps: of the video.
        labels: of the network; the idle labels are accepted as well.

    Raises:
        DataError: the list is missing, lacks a column, or a row has another label or ends before it starts.
    """
    known = (*labels, *(label for label in NO_GESTURE_LABELS if label not in labels))
    try:
        return [_truth(row, fps, known) for row in read_table(path, ("start", "end", "jester_class"))]
    except TableError as error:
        raise DataError(f"{error}. A list of events has the columns start, end, jester_class") from error


def _truth(row: TableRow, fps: float, labels: Sequence[str]) -> Truth:
    label, start, end = row.label("jester_class", labels), row.whole_in("start"), row.whole_in("end")
    if not 0 <= start <= end:
        row.fail("the first frame is 0 or more, and the last one not before it")
    return Truth(label, start / fps, (end + 1) / fps)
