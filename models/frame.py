"""Frame: one picture with its time and its number."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import FrameError

Image = NDArray[np.uint8]
"""A picture: uint8 [H, W, 3], RGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a camera or a file.

    Raises:
        FrameError: the image is not uint8 [H, W, 3] or has no pixel, or the time is no number.
    """

    image: Image
    """uint8 [H, W, 3], RGB."""
    time_s: float
    """Seconds on the source's own clock: a file's presentation time, a camera's time since its first frame."""
    index: int
    """0, 1, 2, ... as the source counts; a gap means frames that were dropped."""

    def __post_init__(self) -> None:
        image = self.image
        if not (isinstance(image, np.ndarray) and image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3):
            raise FrameError(f"a frame's image is a NumPy array uint8 [H, W, 3], RGB; got {_described(image)}")
        if not image.size:
            raise FrameError(f"a frame's image has at least one pixel; got {list(image.shape)}")
        if not isinstance(self.time_s, (int, float, np.number)) or not math.isfinite(self.time_s):
            raise FrameError(f"a frame's time is a number of seconds; got {self.time_s!r}")


def _described(image: object) -> str:
    """Describe the value that was given, and how to convert it if that is known."""
    if not isinstance(image, np.ndarray):
        return type(image).__name__
    got = f"{image.dtype} {list(image.shape)}"
    if image.dtype.kind == "f":
        return f"{got}: multiply 0..1 by 255 and take .astype(np.uint8)"
    if image.ndim == 3 and image.shape[0] == 3:
        return f"{got}: .transpose(1, 2, 0) puts the colours last"
    return got
