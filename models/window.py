"""ClipWindow: keeps the newest pictures of a stream and cuts clips of several lengths from them."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.frame import Image


class ClipWindow:
    """A ring of the newest pictures and their times.

    Args:
        shape: of a picture, such as (112, 112, 3).
        seconds: the longest clip that will be cut.
        rate_hz: maximum number of pictures per second.
    """

    def __init__(self, shape: tuple[int, int, int], seconds: float, rate_hz: float) -> None:
        slots = math.ceil(seconds * rate_hz) + 1
        self._pictures = np.zeros((slots, *shape), np.uint8)
        self._times_s = np.zeros(slots)
        self.reset()

    def reset(self) -> None:
        """Forget all pictures."""
        self._count = 0

    def append(self, picture: Image, time_s: float) -> None:
        """Add a picture, uint8 of `shape`; if the ring is full, the oldest one is dropped.

        Raises:
            ValueError: its time lies before the newest one's, or it has another shape.
        """
        if picture.shape != self._pictures.shape[1:]:
            raise ValueError(f"expected a picture {self._pictures.shape[1:]}; got {picture.shape}")
        if self._count and time_s < self._times_s[self._slot(-1)]:
            raise ValueError(f"time runs backwards: {time_s} s after {self._times_s[self._slot(-1)]} s; reset first")
        self._count += 1
        self._pictures[self._slot(-1)], self._times_s[self._slot(-1)] = picture, time_s

    def cut(self, seconds: float, pictures: int) -> Image:
        """The last `seconds` as a clip: pictures spread evenly in time, the newest one last.

        Each is the one nearest to its time; before the start of the stream, the first picture is repeated.

        Args:
            seconds: length of the clip; the picture before the newest one lies `seconds / pictures` before it.
            pictures: T.

        Returns:
            uint8 [T, H, W, 3], a new array.

        Raises:
            ValueError: there is no picture yet.
        """
        if not self._count:
            raise ValueError("the window holds no picture yet")
        slots = self._slot(np.arange(-min(self._count, len(self._times_s)), 0))
        times_s = self._times_s[slots]
        wanted_s = times_s[-1] - seconds / pictures * np.arange(pictures - 1, -1, -1)
        return self._pictures[slots[nearest(times_s, wanted_s)]]

    def _slot(self, back: int | NDArray[np.int64]) -> NDArray[np.int64]:
        """Where a picture lies; -1 is the newest."""
        return np.asarray((self._count + back) % len(self._times_s))


def nearest(times_s: NDArray[np.float64], wanted_s: Iterable[float]) -> NDArray[np.int64]:
    """Indices of the times nearest to the wanted ones; of two equally near, the later. `times` ascend."""
    wanted = np.asarray(wanted_s)
    after = np.clip(np.searchsorted(times_s, wanted), 1, max(1, len(times_s) - 1))
    before = after - 1
    later = np.minimum(after, len(times_s) - 1)
    # A rounding error must not decide which of two equally near pictures is taken.
    return np.where(wanted - times_s[before] < times_s[later] - wanted - 1e-9, before, later).astype(np.int64)
