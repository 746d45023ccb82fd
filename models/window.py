"""ClipWindow: keeps the newest pictures of a stream and cuts clips around what moves in them."""

import math
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.moving_area import Map, change, moving_area, small_picture
from models.preprocess import to_picture
from models.region import WHOLE, Region

KEPT = 2
"""About how many times the size of a clip's picture is kept; larger pictures are shrunk by a whole number."""
SPREAD, LEAST_SIDE = 3.4, 0.5
"""Side of the square, in standard deviations of where it moves; its minimum, in shorter sides of the picture."""


class ClipWindow:
    """The newest pictures, their times, and where each differs from the one before.

    Args:
        shape: of a clip's picture, such as (112, 112, 3).
        seconds: the longest clip that will be cut.
        rate_hz: maximum number of pictures per second.
    """

    def __init__(self, shape: tuple[int, int, int], seconds: float, rate_hz: float) -> None:
        self._shape = shape
        self._slots: deque[_Slot] = deque(maxlen=math.ceil(seconds * rate_hz) + 1)
        self._small: Map | None = None

    def reset(self) -> None:
        self._slots.clear()
        self._small = None

    def append(self, picture: Image, time_s: float) -> None:
        """Add a picture, uint8 [H, W, 3] of any size; if the window is full, the oldest one is dropped.

        Raises:
            ValueError: its time lies before the newest one's, or its proportions are others.
        """
        times = round(min(picture.shape[:2]) / (KEPT * min(self._shape[:2])))
        kept = _shrunk(picture, times)
        before, small = self._small, small_picture(kept)
        if before is not None and small.shape != before.shape:
            raise ValueError(f"expected a picture of the newest one's proportions; got {picture.shape}; reset first")
        moved = np.zeros(small.shape[:2], np.float32) if before is None else change(before, small)
        self._add(_Slot(time_s, kept, moved))
        self._small = small

    def repeat(self, time_s: float) -> None:
        """Add the newest picture once more, at a time without a new one.

        Raises:
            ValueError: there is none, or the time lies before its own.
        """
        newest = self._newest
        self._add(_Slot(time_s, newest.picture, np.zeros_like(newest.moved)))

    def _add(self, slot: "_Slot") -> None:
        if self._slots and slot.time_s < self._newest.time_s:
            raise ValueError(f"time runs backwards: {slot.time_s} s after {self._newest.time_s} s; reset first")
        self._slots.append(slot)

    def moving(self) -> Region:
        """The square around what moved in the pictures of the window; the largest centred one if nothing did."""
        rows, columns = self._newest.picture.shape[:2]
        moved = np.sum([slot.moved for slot in self._slots], 0)
        shorter = min(rows, columns)
        if not moved.any():
            return Region.square(columns / 2, rows / 2, shorter, rows, columns)
        area = moving_area(moved, rows, columns)
        return Region.square(area.x, area.y, max(SPREAD * area.spread, LEAST_SIDE * shorter), rows, columns)

    def cut(self, seconds: float, pictures: int, region: Region = WHOLE) -> Image:
        """The last `seconds` as a clip: pictures spread evenly in time, the newest one last.

        Each is the one nearest to its time; before the start of the stream, the first picture is repeated.

        Args:
            seconds: length of the clip; the picture before the newest one lies `seconds / pictures` before it.
            pictures: T.
            region: what the clip shows of the pictures.

        Returns:
            uint8 [T, H, W, 3], a new array.

        Raises:
            ValueError: there is no picture yet.
        """
        times_s = np.array([slot.time_s for slot in self._slots])
        wanted_s = self._newest.time_s - seconds / pictures * np.arange(pictures - 1, -1, -1)
        chosen = nearest(times_s, wanted_s)
        rows, columns, _ = self._shape
        shown = {k: to_picture(self._slots[k].picture, rows, columns, region, quick=True) for k in set(chosen.tolist())}
        return np.array([shown[k] for k in chosen.tolist()], dtype=np.uint8)

    @property
    def _newest(self) -> "_Slot":
        if not self._slots:
            raise ValueError("the window holds no picture yet")
        return self._slots[-1]


class _Slot(NamedTuple):
    """One picture of the window."""

    time_s: float
    picture: Image
    moved: Map
    """Where it differs from the one before."""


def _shrunk(picture: Image, times: int) -> Image:
    """A copy, `times` smaller on each side; cameras may overwrite their pictures. Whole factors are fast."""
    if times <= 1:
        return np.array(picture, dtype=np.uint8)
    rows, columns = (length // times for length in picture.shape[:2])
    whole = picture[: rows * times, : columns * times]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def nearest(times_s: NDArray[np.float64], wanted_s: Iterable[float]) -> NDArray[np.int64]:
    """Indices of the times nearest to the wanted ones; of two equally near, the later. `times` ascend."""
    wanted = np.asarray(wanted_s)
    after = np.clip(np.searchsorted(times_s, wanted), 1, max(1, len(times_s) - 1))
    before = after - 1
    later = np.minimum(after, len(times_s) - 1)
    # A rounding error must not decide which of two equally near pictures is taken.
    return np.where(wanted - times_s[before] < times_s[later] - wanted - 1e-9, before, later).astype(np.int64)
