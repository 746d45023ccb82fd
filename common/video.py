"""Reads and writes video files. `app/camera` reads cameras, URLs and videos in the app."""

from collections.abc import Container, Iterable, Iterator
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from common.errors import UserError

VIDEOS = (
    ".3gp", ".asf", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".ogv",
    ".ts", ".webm", ".wmv",
)  # fmt: skip
"""File name extensions of videos, in lower case."""
USUAL_FPS = 30.0
"""Frame rate of a file without a plausible one."""
MOST_FPS = 1000.0


def video_pictures(path: Path, wanted: Container[int] | None = None) -> Iterator[cv2.typing.MatLike | None]:
    """Yield the frames of a video, uint8 [H, W, 3] BGR; None for frames that are not wanted.

    A file that is missing, or not a video, has no frames.
    """
    video = cv2.VideoCapture(str(path))
    try:
        index = 0
        while video.grab():
            yield video.retrieve()[1] if wanted is None or index in wanted else None
            index += 1
    finally:
        video.release()


def video_frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of a video that can be decoded, uint8 [H, W, 3] RGB."""
    for picture in video_pictures(path):
        if picture is not None:
            yield cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)


def header_rate(path: Path) -> float | None:
    """The frame rate in a video's header; None if it is not plausible."""
    rate = _header(path, cv2.CAP_PROP_FPS)
    return rate if 0 < rate <= MOST_FPS else None


def header_frames(path: Path) -> float:
    """The number of frames in a video's header; 0 or less if unknown."""
    return _header(path, cv2.CAP_PROP_FRAME_COUNT)


def write_video(path: Path, frames: Iterable[NDArray[np.uint8]], fps: float) -> None:
    """Write frames, uint8 [H, W, 3] RGB, into an mp4 file.

    Raises:
        UserError: it cannot be written.
    """
    frames = iter(frames)
    first = next(frames)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (first.shape[1], first.shape[0]))
    if not writer.isOpened():
        raise UserError(f"cannot write {path}: this OpenCV has no mp4v encoder, or the folder is missing")
    for frame in chain([first], frames):
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()


def _header(path: Path, what: int) -> float:
    video = cv2.VideoCapture(str(path))
    try:
        return float(video.get(what))
    finally:
        video.release()
