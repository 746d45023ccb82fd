"""Seats: a recording as seen from other seats: nearer, farther, to one side, in another format."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from app.camera.base import Camera
from app.camera.wrapped import WrappedCamera
from models.frame import Frame, Image
from training.synthetic.room import paint_room

EDGE = 0.04
"""Width of the fade into the generated room, as a share of the recording's shorter side."""
GAMMA = 2.2


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a person sits in front of the camera, as a change of the picture."""

    name: str
    crop: float = 1.0
    """Share of the recording's width and height that is kept, around its centre."""
    square: bool = False
    """Whether only the central square of it is kept."""
    room: float = 1.0
    """Height of the new picture, in heights of what is kept; the rest is a generated room."""
    proportion: float | None = None
    """Width over height of the new picture (at least so high that the recording fits in); None keeps the old one."""
    left: float = 0.5
    """Horizontal position of the recording in the room: 0 at its left edge, 1 at its right edge."""
    top: float = 0.5
    """Vertical position: 0 at the upper edge, 1 at the lower edge."""

    def size(self, rows: int, columns: int) -> tuple[int, int]:
        """Rows and columns of the new picture around a kept part of the given size."""
        if self.proportion is None:
            return round(rows * self.room), round(columns * self.room)
        height = max(rows, columns / self.proportion) * self.room
        return round(height), round(height * self.proportion)


SEATS = (
    Seat("as it is"),
    Seat("nearer 0.8", crop=0.8),
    Seat("nearer 0.65", crop=0.65),
    Seat("farther 1.3", room=1.3),
    Seat("farther 1.6", room=1.6),
    Seat("left", room=1.3, left=0.0),
    Seat("right", room=1.3, left=1.0),
    Seat("low", room=1.3, top=1.0),
    Seat("16:9", room=1.15, proportion=16 / 9, left=0.1, top=0.7),
    Seat("portrait", square=True, proportion=9 / 16, top=0.6),
)
"""The unchanged recording, and nine others."""


class SeatedCamera(WrappedCamera):
    """A camera whose frames are changed to those from another seat.

    Args:
        camera: the recording.
        seat: the seat.
        seed: for the generated room.
    """

    def __init__(self, camera: Camera, seat: Seat, seed: int) -> None:
        super().__init__(camera)
        self._seat, self._seed = seat, seed
        self._room: Room | None = None

    @property
    def name(self) -> str:
        """The inner camera's name and the seat's."""
        return f"{self._camera.name}, {self._seat.name}"

    def next(self, timeout_s: float) -> Frame | None:
        """The inner camera's next frame, from this seat."""
        frame = super().next(timeout_s)
        return frame and Frame(self._seen(frame.image), frame.time_s, frame.index)

    def _seen(self, image: Image) -> Image:
        kept = _centre(image, self._seat)
        if self._seat.size(*kept.shape[:2]) == kept.shape[:2]:
            return kept
        if self._room is None:
            self._room = Room(kept, self._seat, np.random.default_rng(self._seed))
        return self._room.around(kept)


class Room:
    """A generated room with the recording's brightness, in which its pictures are placed.

    Args:
        first: the first picture, uint8 [H, W, 3].
        seat: the position of the recording.
        rng: for the contents of the room.
    """

    def __init__(self, first: Image, seat: Seat, rng: np.random.Generator) -> None:
        rows, columns = first.shape[:2]
        height, width = seat.size(rows, columns)
        painted = np.clip(paint_room(height, width, rng), 0, None) ** (1 / GAMMA)
        bright = np.clip(painted * (first.mean() / max(float(painted.mean()), 1.0 / 255)), 0, 255)
        self._canvas = bright.astype(np.uint8)
        top, left = round((height - rows) * seat.top), round((width - columns) * seat.left)
        self._where = np.s_[top : top + rows, left : left + columns]
        outer = (top > 0, top + rows < height, left > 0, left + columns < width)
        self._weight = _fading(rows, columns, outer)
        self._behind = self._canvas[self._where].copy()

    def around(self, kept: Image) -> Image:
        """The room with a picture in it, uint8 [H, W, 3]."""
        seen = self._canvas.copy()
        seen[self._where] = cv2.blendLinear(kept, self._behind, self._weight, 1 - self._weight)
        return seen


def _centre(image: Image, seat: Seat) -> Image:
    rows, columns = image.shape[:2]
    high, wide = round(rows * seat.crop), round(columns * seat.crop)
    if seat.square:
        high = wide = min(high, wide)
    top, left = (rows - high) // 2, (columns - wide) // 2
    return np.ascontiguousarray(image[top : top + high, left : left + wide])


def _fading(rows: int, columns: int, outer: tuple[bool, bool, bool, bool]) -> NDArray[np.float32]:
    """Opacity of the recording, 0..1: lower towards edges inside the room."""
    reach = EDGE * min(rows, columns)
    down, right = np.arange(rows) + 0.5, np.arange(columns) + 0.5
    far = np.float64(np.inf)
    vertical = np.minimum(down if outer[0] else far, (rows - down) if outer[1] else far)
    horizontal = np.minimum(right if outer[2] else far, (columns - right) if outer[3] else far)
    nearest = np.minimum(np.broadcast_to(vertical, rows)[:, None], np.broadcast_to(horizontal, columns)[None, :])
    return np.clip(nearest / reach, 0, 1).astype(np.float32)
