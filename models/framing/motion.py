"""Motion: where the picture changes between measurements, and which person moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.framing.faces import thinned
from models.framing.people import Person

ROWS = 48
"""Of the small picture in which movement is measured."""
NOISE = 8.0
"""Levels, of 255, by which a pixel changes without anything moving."""
HEAD_RADIUS, HANDS_RADIUS = 0.7, 3.5
"""Between these distances from the middle of the face, in face heights, hands move; nearer, the head does."""
MOTION_DECAY = 0.5
"""Share of a person's earlier motion that remains after a measurement."""
PLACE_DECAY = 0.97
"""The same for the place of motion: half of the weight is from the last 20 measurements with motion."""
MIN_CHANGE = 0.15
"""Sum of the mean pixel changes over measurements from which the place of motion is known."""
MIN_HANDS_MOTION, MAX_HANDS_MOTION = 90.0, 40.0
"""The same for hands, as levels times area in square face heights, and the most that one measurement adds: a wave is
about 30, a person who walks by or a lamp that goes out much more."""

Map = NDArray[np.float32]
"""float32 [rows, columns] of the small picture."""


@dataclass(frozen=True, slots=True)
class MovingArea:
    """Where a picture moves, in pixels."""

    x: float
    """Mean place."""
    y: float
    spread: float
    """Standard deviation around it, the larger of the two directions'."""


class Motion:
    """Compares each picture with the previous one."""

    def __init__(self) -> None:
        self._before: Map | None = None
        self._all: Map | None = None
        self._moved: dict[Person, float] = {}
        self._hands: dict[Person, NDArray[np.float64]] = {}

    def see(self, image: Image, people: Sequence[Person]) -> None:
        """Measure the change to a picture, uint8 [H, W, 3], with these people."""
        columns = max(1, round(ROWS * image.shape[1] / image.shape[0]))
        small = np.asarray(cv2.resize(thinned(image, ROWS), (columns, ROWS), interpolation=cv2.INTER_AREA), np.float32)
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            return
        change = np.maximum(np.abs(small - before).max(2) - NOISE, 0)
        if change.any():
            self._all = change if self._all is None else PLACE_DECAY * self._all + change
        if people:
            self._share_out(change, people, ROWS / image.shape[0])

    def of(self, person: Person) -> float:
        """A person's recent motion: the mean change of the pixels nearby, in levels of 255."""
        return self._moved.get(person, 0.0)

    def place(self, rows: int, columns: int) -> MovingArea | None:
        """The place of motion in a picture of this size; None if there was too little."""
        if self._all is None or self._all.mean() < MIN_CHANGE:
            return None
        weights = self._all / self._all.sum()
        y, x = np.indices(weights.shape) + 0.5
        mean_x, mean_y = float((weights * x).sum()), float((weights * y).sum())
        spread = np.sqrt(max((weights * (x - mean_x) ** 2).sum(), (weights * (y - mean_y) ** 2).sum()))
        down, across = rows / weights.shape[0], columns / weights.shape[1]
        return MovingArea(mean_x * across, mean_y * down, float(spread) * down)

    def hands(self, person: Person) -> MovingArea | None:
        """The place of a person's hands, measured while the face kept still; None if measured too little."""
        moments = self._hands.get(person)
        if moments is None or moments[0] < MIN_HANDS_MOTION:
            return None
        x, y, xx, yy = moments[1:] / moments[0]
        spread, face = float(np.sqrt(max(xx - x * x, yy - y * y, 0.0))), person.face
        return MovingArea(face.x + float(x) * face.height, face.y + float(y) * face.height, spread * face.height)

    def _share_out(self, change: Map, people: Sequence[Person], scale: float) -> None:
        """Assign each pixel to the person whose face is nearest, in face heights: a neighbour does not count."""
        offsets = [_from_face(person, change.shape, scale) for person in people]
        distances = np.array([np.hypot(x, y) for x, y in offsets])
        nearest = distances.argmin(0)
        moved, hands = {}, {}
        for number, person in enumerate(people):
            own = (nearest == number) & (distances[number] >= HEAD_RADIUS) & (distances[number] <= HANDS_RADIUS)
            now = float(change[own].mean()) if own.any() else 0.0
            moved[person] = MOTION_DECAY * self.of(person) + (1 - MOTION_DECAY) * now
            hands[person] = self._hands.get(person, np.zeros(5))
            if now and person.is_steady:
                x, y = (offset[own] for offset in offsets[number])
                weights = change[own] / (scale * person.face.height) ** 2
                sums = np.array([np.ones_like(x), x, y, x * x, y * y]) @ weights
                hands[person] = PLACE_DECAY * hands[person] + sums * min(1.0, MAX_HANDS_MOTION / sums[0])
        self._moved, self._hands = moved, hands


def _from_face(person: Person, shape: tuple[int, ...], scale: float) -> tuple[Map, Map]:
    """How far right of a face and below it each pixel of the small picture lies, in face heights."""
    face = person.face
    y, x = np.indices(shape, np.float32) + 0.5
    height = max(face.height, 1.0)
    return np.float32((x / scale - face.x) / height), np.float32((y / scale - face.y) / height)
