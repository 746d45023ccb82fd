"""What every data set becomes: an index of its clips, and the pictures of each."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from common.whole_file import write_whole
from models.frame import Image
from training.datasets.pixels import read_pixels, reason
from training.errors import DataError


class BrokenClipError(DataError):
    """A clip's pictures are missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One video of a data set."""

    id: str
    """As the data set's lists name it."""
    path: Path
    """A folder of pictures, 00001.jpg and on, or a video file."""
    label: int | None
    """Which of the index's labels; None where the publisher keeps it to himself."""
    frames: int
    fps: float
    """Frames a second."""
    first: int = 0
    """The frame of the file that it begins with; above 0 where a long recording became several clips."""


@dataclass(frozen=True, slots=True)
class Index:
    """The clips of one split of a data set that are there and can be read."""

    dataset: str
    split: str
    labels: tuple[str, ...]
    clips: tuple[Clip, ...]


def write_index(path: Path, index: Index) -> None:
    """Write an index whole: a line of JSON about the data set, then one a clip, its path relative to `root`."""
    root = os.path.commonpath([clip.path.absolute().parent for clip in index.clips]) if index.clips else "/"
    head = {"dataset": index.dataset, "split": index.split, "root": root, "clips": len(index.clips)}
    lines: list[dict[str, Any]] = [head | {"labels": index.labels}]
    lines += [_line(clip, root) for clip in index.clips]
    write_whole(path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())


def _line(clip: Clip, root: str) -> dict[str, Any]:
    path = clip.path.absolute().relative_to(root).as_posix()
    line = {"id": clip.id, "path": path, "label": clip.label, "frames": clip.frames, "fps": clip.fps}
    return line | ({"first": clip.first} if clip.first else {})


def read_index(path: Path) -> Index:
    """Read an index that `python -m training.prepare` wrote.

    Raises:
        DataError: there is none, it is cut short, or it is something else.
    """
    try:
        head, *lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        root, labels = Path(head["root"]), tuple(head["labels"])
        clips = tuple(_clip(root, line, labels) for line in lines)
        index = Index(head["dataset"], head["split"], labels, clips)
    except OSError as error:
        raise DataError(f"no index {path} ({error.strerror}); make one with python -m training.prepare") from error
    except (ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(f"{path} is not an index ({reason}); make it anew with python -m training.prepare") from error
    if len(clips) != head["clips"]:
        raise DataError(f"{path} is cut short: {len(clips)} clips of {head['clips']}; make it anew")
    return index


def _clip(root: Path, line: dict[str, Any], labels: tuple[str, ...]) -> Clip:
    label = line["label"]
    if label is not None and not 0 <= label < len(labels):
        raise ValueError(f"clip {line['id']} has label {label} of {len(labels)}")
    frames, fps, first = int(line["frames"]), float(line["fps"]), int(line.get("first", 0))
    return Clip(line["id"], root / line["path"], label, frames, fps, first)


def read_frames(clip: Clip, indices: Sequence[int], shortest: int | None = None) -> Image:
    """Read some frames of a clip, uint8 [n, H, W, 3] RGB, its shorter side scaled to `shortest` pixels.

    Args:
        clip: whose frames.
        indices: which of its frames, from 0 on, in any order and as often as wanted.
        shortest: pixels of the shorter side; None leaves the pictures as they are.

    Raises:
        BrokenClipError: a frame is missing or cannot be read.
    """
    try:
        return read_pixels(clip.path, [clip.first + int(index) for index in indices], shortest)
    except (OSError, ValueError, cv2.error) as error:
        raise BrokenClipError(f"clip {clip.id} cannot be read ({reason(error)}); prepare the data set anew") from error
