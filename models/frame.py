"""Frame: one picture with its time and its number."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""A picture: uint8 [H, W, 3], RGB."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture as a camera or a file delivered it."""

    image: Image
    """uint8 [H, W, 3], RGB."""
    time_s: float
    """Seconds on the source's own clock: a file's presentation time, a camera's time since its first frame."""
    index: int
    """0, 1, 2, ... as the source counts; a gap means frames that were dropped."""
