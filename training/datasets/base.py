"""The index of a data set's clips, and reading the frames of a clip."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2

from common.nearest import similar
from common.whole_file import write_whole
from models.frame import Image
from training.datasets.pixels import read_pixels, reason
from training.errors import DataError


class BrokenClipError(DataError):
    """Frames of a clip are missing or cannot be read."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One video of a data set."""

    id: str
    """The name in the data set's lists."""
    path: Path
    """A folder of pictures, 00001.jpg and on, or a video file."""
    label: int | None
    """Number of the label in the index; None if it was not published."""
    frames: int
    fps: float
    """Frames per second."""
    first: int = 0
    """First frame in the file; above 0 if a long recording was cut into several clips."""


@dataclass(frozen=True, slots=True)
class Index:
    """The readable clips of one split of a data set."""

    dataset: str
    split: str
    labels: tuple[str, ...]
    clips: tuple[Clip, ...]


def write_index(path: Path, index: Index) -> None:
    """Write an index atomically as JSON lines: one about the data set, then one per clip, paths relative to `root`."""
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
        DataError: the file is missing, truncated or not an index.
    """
    try:
        head, *lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
        root, labels = Path(head["root"]), tuple(head["labels"])
        clips = tuple(_clip(root, line, labels) for line in lines)
        index = Index(head["dataset"], head["split"], labels, clips)
    except OSError as error:
        there = sorted(file.name for file in path.parent.glob("*.jsonl"))
        advice = similar(path.name, there) or "; create it with python -m training.prepare"
        raise DataError(f"no index {path} ({error.strerror}){advice}") from error
    except (ValueError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(f"{path} is not an index ({reason}); create it with python -m training.prepare") from error
    if len(clips) != head["clips"]:
        raise DataError(f"{path} is cut short: {len(clips)} clips of {head['clips']}; create it again")
    return index


def _clip(root: Path, line: dict[str, Any], labels: tuple[str, ...]) -> Clip:
    label = line["label"]
    if label is not None and not 0 <= label < len(labels):
        raise ValueError(f"clip {line['id']} has label {label} of {len(labels)}")
    frames, fps, first = int(line["frames"]), float(line["fps"]), int(line.get("first", 0))
    return Clip(line["id"], root / line["path"], label, frames, fps, first)


def read_frames(clip: Clip, indices: Sequence[int], shortest: int | None = None) -> Image:
    """Read frames of a clip, uint8 [n, H, W, 3] RGB.

    Args:
        clip: the clip.
        indices: frames counted from 0, in any order; repeats are allowed.
        shortest: pixels of the shorter side after scaling; None does not scale.

    Raises:
        BrokenClipError: a frame is missing or cannot be read.
    """
    try:
        return read_pixels(clip.path, [clip.first + int(index) for index in indices], shortest)
    except (OSError, ValueError, cv2.error) as error:
        raise BrokenClipError(f"clip {clip.id} cannot be read ({reason(error)}); prepare the data set again") from error
