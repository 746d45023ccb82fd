"""Recordings for quantisation, read on demand at a model's step rate.

A recording is a video file, a take of `python -m calibration record`, or a folder of either. The labels of videos come
from `clips.csv` or `labels.csv` in their folder, with the columns path, label and optionally fps.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from calibration.errors import QuantizationError, TakeError
from calibration.take import Kind, Take
from common.arrays import Floats
from common.errors import UserError
from common.video import USUAL_FPS, VIDEOS, header_rate, video_frames
from common.video_list import read_video_list
from models.frame import Image
from models.preprocess import to_picture
from models.spec import NO_GESTURE_LABELS, ModelSpec
from models.step_grid import StepGrid

TAKE = ".npz"
LISTS = ("clips.csv", "labels.csv")
LONGEST_S = 60.0
"""Part of a longer video that is used: ranges converge earlier, and the pictures are kept in memory."""


@dataclass(frozen=True, slots=True)
class CalibrationClip:
    """One recording on disk."""

    path: Path
    label: str | None = None
    """The label; None if unknown."""
    fps: float | None = None
    """Frame rate, instead of the one in the file."""

    def pictures_for(self, spec: ModelSpec) -> tuple[Image, int]:
        """The input pictures for a model, uint8 [T, H, W, 3], and the step at which the gesture begins.

        Raises:
            QuantizationError: no picture can be decoded.
            TakeError: it is a damaged take, or one of another step rate.
        """
        if self.path.suffix == TAKE:
            return _of_take(self.path, spec)
        pictures = list(islice(_of_video(self.path, self.fps, spec), round(LONGEST_S * spec.rate_hz)))
        if not pictures:
            raise QuantizationError(f"no picture of {self.path} can be decoded; leave it out or record it again")
        return np.stack(pictures), 0

    def take(self, spec: ModelSpec, logits: Floats, begins: int) -> Take:
        """The recording as a `Take` with a model's logits, for the fit of a temperature."""
        assert self.label is not None
        kind = Kind.WORK if self.label in ("", *NO_GESTURE_LABELS) else Kind.GESTURE
        none = np.zeros((len(logits), 0), np.float32)
        times_s = np.arange(len(logits)) / spec.rate_hz
        return Take(kind, self.label, times_s, none.astype(np.uint8), logits, none, spec, begins)


def find_clips(paths: Sequence[Path], labels: Sequence[str] = ()) -> list[CalibrationClip]:
    """Find the readable recordings in files and folders; others are reported on stderr and skipped.

    Args:
        paths: videos, takes, and folders of them.
        labels: the labels that a list may contain; empty allows any.

    Raises:
        QuantizationError: no recording is readable, or a path is neither a recording nor a folder.
        TableError: a list cannot be read, or contains another label.
    """
    found = [clip for path in paths for clip in _at(path, labels)]
    readable = [clip for clip in found if _opens(clip)]
    if not readable:
        where = ", ".join(map(str, paths))
        raise QuantizationError(
            f"no recording in {where} ({len(found)} files, none readable); give videos or takes, "
            "or make some: python -m training.generated FOLDER"
        )
    return readable


def _at(path: Path, labels: Sequence[str]) -> Iterator[CalibrationClip]:
    if path.is_dir():
        listed = next((path / name for name in LISTS if (path / name).is_file()), None)
        files = sorted(each for each in path.rglob("*") if each.suffix.lower() in (*VIDEOS, TAKE))
        if listed:
            yield from (CalibrationClip(each.path, each.label, each.fps) for each in read_video_list(listed, labels))
        else:
            yield from map(_alone, files)
    elif path.suffix.lower() in (*VIDEOS, TAKE):
        yield _alone(path)
    else:
        raise QuantizationError(
            f"{path} is no recording; give a folder, a video ({', '.join(VIDEOS)}) or a take ({TAKE})"
        )


def _alone(path: Path) -> CalibrationClip:
    """A file without a list: a take contains its label, a video does not."""
    if path.suffix != TAKE:
        return CalibrationClip(path)
    try:
        take = Take.load(path)
    except TakeError:
        return CalibrationClip(path)
    return CalibrationClip(path, None if take.kind is Kind.NOT_THIS else take.label)


def _opens(clip: CalibrationClip) -> bool:
    """Whether the first picture can be read."""
    try:
        if clip.path.suffix == TAKE:
            return len(Take.load(clip.path)) > 0
        next(video_frames(clip.path))
    except (UserError, StopIteration):
        print(f"quantize: {clip.path} cannot be read and is skipped", file=sys.stderr)
        return False
    return True


def _of_take(path: Path, spec: ModelSpec) -> tuple[Image, int]:
    take = Take.load(path)
    if take.spec.rate_hz != spec.rate_hz:
        raise TakeError(
            f"{path} has {take.spec.rate_hz:g} steps per second and the model {spec.rate_hz:g}; leave it out"
        )
    return np.stack([to_picture(picture, spec.height, spec.width) for picture in take.pictures]), take.begins


def _of_video(path: Path, fps: float | None, spec: ModelSpec) -> Iterator[Image]:
    """Yield the input picture of each step, with the app's own step times."""
    grid = StepGrid(spec.rate_hz)
    rate = fps or header_rate(path) or USUAL_FPS
    for index, image in enumerate(video_frames(path)):
        for _ in range(grid.count(index / rate)):
            yield to_picture(image, spec.height, spec.width)
