"""Recordings: lists of labelled videos, and a cache of their decoded frames."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from common.table_file import TableError, TableRow
from common.video import video_frames
from common.video_list import ListedVideo, read_video_list
from common.whole_file import whole_file
from models.frame import Image
from models.step_grid import StepGrid
from training.errors import DataError
from training.jester import LABELS

LIST = "clips.csv"
COLUMNS = ("path", "label", "split", "source", "fps", "start", "end")


@dataclass(frozen=True, slots=True)
class Recording:
    """One video and its labels."""

    path: Path
    label: str
    """As spelled in Jester; left and right are the performer's."""
    split: str
    """`train` or `val`."""
    source: str
    """The data set that it is from."""
    fps: float
    """Frames per second; used instead of the rate in the video file."""
    spans: tuple[tuple[int, int], ...]
    """First frame, and one past the last frame, of each repetition of the gesture."""


def read_recordings(folder: Path, split: str | None = None) -> list[Recording]:
    """Read a folder's `clips.csv` (path, label, split, source, fps, start, end), of one split or all.

    `start` and `end` hold one number per repetition of the gesture, separated by spaces.

    Raises:
        DataError: there is no list, a column is missing, or a row is invalid.
    """
    if not (folder / LIST).is_file():
        raise DataError(f"no list of recordings {folder / LIST}; give a folder that holds a {LIST}")
    try:
        recordings = [_recording(listed) for listed in read_video_list(folder / LIST, LABELS, COLUMNS)]
    except TableError as error:
        raise DataError(f"{error} (training/README.md describes the columns)") from error
    return [recording for recording in recordings if split in (None, recording.split)]


def _recording(listed: ListedVideo) -> Recording:
    row = listed.row
    row.text("label")
    return Recording(
        listed.path, listed.label, row.text("split"), row.cells["source"], row.number_in("fps"), _spans(row)
    )


def _spans(row: TableRow) -> tuple[tuple[int, int], ...]:
    try:
        spans = tuple(zip(*(map(int, row.text(name).split()) for name in ("start", "end")), strict=True))
    except ValueError:
        row.fail("start and end must hold the same number of frame numbers")
    return spans


def hold_out(recordings: Iterable[Recording], sources: Iterable[str]) -> set[Recording]:
    """Every fifth recording of each source, in order of file name: held out of training to count false events."""
    held: set[Recording] = set()
    for source in sources:
        held.update(sorted((r for r in recordings if r.source == source), key=lambda r: r.path.name)[::5])
    return held


def decode(path: Path, shortest: int | None = None) -> Image:
    """Decode a video, uint8 [T, H, W, 3] RGB, with its shorter side scaled to `shortest` pixels.

    Raises:
        DataError: the file is missing or has no frames.
    """
    pictures = [scaled(frame, shortest) for frame in video_frames(path)]
    if not pictures:
        raise DataError(f"no frames in {path}; give a video file that OpenCV reads")
    return np.stack(pictures).astype(np.uint8, copy=False)


def scaled(picture: cv2.typing.MatLike, shortest: int | None) -> cv2.typing.MatLike:
    """Scale a picture to a shorter side of `shortest` pixels; None does not scale."""
    if shortest is None:
        return picture
    factor = shortest / min(picture.shape[:2])
    size = (max(shortest, round(picture.shape[1] * factor)), max(shortest, round(picture.shape[0] * factor)))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


def steps_of(frames: int, fps: float, rate_hz: float) -> list[int]:
    """The frame number of each step when a video of `frames` frames runs at a model's rate, as in the app."""
    grid = StepGrid(rate_hz)
    return [index for index in range(frames) for _ in range(grid.count(index / fps))]


class FrameCache:
    """A folder of decoded recordings, which are memory-mapped.

    Args:
        folder: created if missing; may be deleted at any time.
        shortest: shorter side of the frames, in pixels.
    """

    def __init__(self, folder: Path, shortest: int = 144) -> None:
        self._folder = folder
        self._shortest = shortest
        folder.mkdir(parents=True, exist_ok=True)

    def pictures(self, recording: Recording) -> Image:
        """All frames of a recording, uint8 [T, H, W, 3], read-only; decodes them on the first call."""
        key = hashlib.sha256(f"{recording.path.resolve()} {self._shortest}".encode()).hexdigest()[:16]
        path = self._folder / f"{recording.path.stem}-{key}.npy"
        if not path.is_file():
            decoded = decode(recording.path, self._shortest)
            with whole_file(path) as unfinished, unfinished.open("wb") as file:
                np.save(file, decoded)
        pictures: Image = np.load(path, mmap_mode="r")
        return pictures
