"""Reads frames of a video or of a folder of pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from common.errors import one_line
from common.video import video_pictures
from models.frame import Image
from training.recording_list import scaled

FRAME = "{:05d}.jpg"
"""File name of a clip's picture; the first is 00001.jpg."""
JPEGS = (".jpg", ".jpeg")
JPEG_END = b"\xff\xd9"
"""The end marker of a JPEG file; it does not occur within coded data."""


def read_pixels(path: Path, indices: Sequence[int], shortest: int | None = None) -> Image:
    """Read frames of a folder or a video, uint8 [n, H, W, 3] RGB, the shorter side scaled to `shortest` pixels.

    Raises:
        OSError: a file cannot be opened.
        ValueError: a frame is missing or unreadable, or the pictures differ in size.
        cv2.error: OpenCV cannot decode or scale a picture.
    """
    wanted = sorted(set(indices))
    read = _from_folder if path.is_dir() else _from_video
    rgb = {index: cv2.cvtColor(scaled(bgr, shortest), cv2.COLOR_BGR2RGB) for index, bgr in read(path, wanted)}
    return np.stack([rgb[index] for index in indices]).astype(np.uint8, copy=False)


def reason(error: Exception) -> str:
    """The reason why a file could not be read, as one line."""
    return f"{error.strerror}: {error.filename}" if isinstance(error, OSError) else one_line(error)


def read_picture(path: Path) -> cv2.typing.MatLike:
    """Read a picture, uint8 [H, W, 3] BGR.

    Raises:
        OSError: the file cannot be opened.
        ValueError: the file is empty, truncated, or no picture.
    """
    data = path.read_bytes()
    # OpenCV fills the missing part of a truncated JPEG with grey and reports no error.
    if path.suffix.lower() in JPEGS and JPEG_END not in data:
        raise ValueError(f"{path} is {'cut short' if data else 'empty'}")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"no picture in {path}")
    return picture


def _from_folder(folder: Path, wanted: Sequence[int]) -> Iterator[tuple[int, cv2.typing.MatLike]]:
    for index in wanted:
        yield index, read_picture(folder / FRAME.format(index + 1))


def _from_video(path: Path, wanted: Sequence[int]) -> Iterator[tuple[int, cv2.typing.MatLike]]:
    """Decode in order from the start, since seeking returns wrong frames for many files."""
    left = set(wanted)
    for index, picture in enumerate(video_pictures(path, left)):
        if picture is not None:
            left.discard(index)
            yield index, picture
        if not left:
            return
    raise ValueError(f"{path} has no frame {min(left)}")
