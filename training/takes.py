"""Streams to judge by: pictures at a model's rate, as the app would see them, and the gestures in them."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.frame import Image
from models.preprocess import to_picture
from models.recognizer import StepGrid
from models.spec import ModelSpec
from training.datasets.base import BrokenClip, Clip, Index, read_frames
from training.datasets.pixels import video_pictures
from training.recordings import DataError, steps_of
from training.stream_metrics import Truth

VIDEOS = (".mp4", ".avi", ".mkv", ".mov", ".webm")
"""How the name of a video ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One stream to judge by."""

    group: str
    pictures: Image
    """uint8 [T, H, W, 3], a step each."""
    truths: tuple[Truth, ...]


def take(pictures: Iterable[Image], fps: float, group: str, truths: Sequence[Truth], spec: ModelSpec) -> Take:
    """Resample a video to a model's rate and pictures."""
    grid = StepGrid(spec.rate_hz)
    due = ((picture, grid.due(index / fps)) for index, picture in enumerate(pictures))
    shown = [np.repeat(to_picture(p, spec.height, spec.width)[None], n, axis=0) for p, n in due if n]
    return Take(group, np.concatenate(shown), tuple(truths))


def video_take(video: Path, events: Path, fps: float, top: int, spec: ModelSpec) -> Take:
    """A continuous recording and the list of its events; its first `top` rows are cut away.

    Raises:
        DataError: there is no such list, or no picture in the video.
    """
    truths = read_events(events, fps)
    pictures = (np.asarray(cv2.cvtColor(p, cv2.COLOR_BGR2RGB), np.uint8)[top:] for p in _pictures(video))
    return take(pictures, fps, video.stem, truths, spec)


def _pictures(video: Path) -> Iterator[cv2.typing.MatLike]:
    """The pictures of a video, BGR; one at least."""
    picture = None
    for picture in video_pictures(video):
        if picture is not None:
            yield picture
    if picture is None:
        raise DataError(f"no pictures in {video}; give a video file that OpenCV reads")


def read_events(path: Path, fps: float) -> list[Truth]:
    """Read a list of events: columns start, end (first and last frame) and jester_class.

    Raises:
        DataError: there is no such list, or it lacks a column.
    """
    try:
        with open(path, newline="") as file:
            rows = list(csv.DictReader(file))
        return [Truth(r["jester_class"], int(r["start"]) / fps, (int(r["end"]) + 1) / fps) for r in rows]
    except OSError as error:
        raise DataError(f"no list of events {path}; give a CSV with the columns start, end, jester_class") from error
    except (KeyError, ValueError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(f"{path} is no list of events ({reason}); it needs start, end, jester_class") from error


@dataclass(frozen=True, slots=True)
class Montage:
    """How the clips of an index become streams: drawn in random order, one after another, with quiet between them."""

    clips: int = 20
    """Clips a stream."""
    quiet_s: float = 2.0
    """How long a clip's first picture stands still before it moves, in seconds; also the last clip's last picture."""
    seed: int = 0

    def takes(self, index: Index, spec: ModelSpec, on_broken: Callable[[Clip], None]) -> Iterator[Take]:
        """The streams of an index's labelled clips, made one at a time; a broken clip is told of and left out."""
        labelled = [clip for clip in index.clips if clip.label is not None]
        quiet = round(self.quiet_s * spec.rate_hz)
        order = np.random.default_rng(self.seed).permutation(len(labelled))
        for first in range(0, len(order), self.clips):
            pictures: list[Image] = []
            truths: list[Truth] = []
            for clip in (labelled[k] for k in order[first : first + self.clips]):
                try:
                    moving = _moving(clip, spec)
                except BrokenClip:
                    on_broken(clip)
                    continue
                pictures += [np.repeat(moving[:1], quiet, axis=0), moving]
                end = sum(map(len, pictures))
                start_s, end_s = (end - len(moving)) / spec.rate_hz, end / spec.rate_hz
                truths.append(Truth(index.labels[clip.label or 0], start_s, end_s))
            if pictures:
                pictures.append(np.repeat(pictures[-1][-1:], quiet, axis=0))
                yield Take(index.dataset, np.concatenate(pictures), tuple(truths))


def _moving(clip: Clip, spec: ModelSpec) -> Image:
    """A clip's pictures at a model's rate, uint8 [T, H, W, 3]."""
    frames = read_frames(clip, steps_of(clip.frames, clip.fps, spec.rate_hz))
    return np.stack([to_picture(frame, spec.height, spec.width) for frame in frames])
