"""Where the picture moves, from look to look, and who of several people does."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.framing.faces import thinned
from models.framing.people import Person
from models.region import Region

ROWS = 48
"""Of the small picture in which movement is measured."""
NOISE = 8.0
"""Levels, of 255, by which a pixel changes without anything moving."""
HEAD, REACH = 0.7, 2.0
"""Between these distances from the middle of the face, in face heights, hands move; nearer, the head does."""
KEPT = 0.5
"""Share of a person's older movement that a newer look leaves."""
MEMORY = 0.97
"""The same of the picture's: half of it is of the last 20 looks with movement."""
ENOUGH = 0.15
"""Mean change of all pixels, summed over looks, from which on it is known where things move."""
SPREAD = 4.4
"""Side of the square around what moves, in standard deviations of where it does."""
LEAST_SIDE = 0.45
"""And its least, in shares of the picture's shorter side."""

Map = NDArray[np.float32]
"""float32 [rows, columns] of the small picture."""


class Motion:
    """Compares each look's picture with the one before."""

    def __init__(self) -> None:
        self._before: Map | None = None
        self._all: Map | None = None
        self._moved: dict[Person, float] = {}

    def see(self, image: Image, people: Sequence[Person]) -> None:
        """Take the picture of one look, uint8 [H, W, 3], and who is in it."""
        columns = max(1, round(ROWS * image.shape[1] / image.shape[0]))
        small = np.asarray(cv2.resize(thinned(image, ROWS), (columns, ROWS), interpolation=cv2.INTER_AREA), np.float32)
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            return
        change = np.maximum(np.abs(small - before).max(2) - NOISE, 0)
        if change.any():
            self._all = change if self._all is None else MEMORY * self._all + change
        if len(people) > 1:
            self._share_out(change, people, ROWS / image.shape[0])

    def of(self, person: Person) -> float:
        """How much a person moved lately: the mean change of the pixels around, in levels of 255; 0 for one alone."""
        return self._moved.get(person, 0.0)

    def region(self, rows: int, columns: int) -> Region | None:
        """The square around where the picture moved, of a picture of this size; None where too little has."""
        if self._all is None or self._all.mean() < ENOUGH:
            return None
        weights = self._all / self._all.sum()
        y, x = np.indices(weights.shape) + 0.5
        centre_x, centre_y = float((weights * x).sum()), float((weights * y).sum())
        spread = np.sqrt(max((weights * (x - centre_x) ** 2).sum(), (weights * (y - centre_y) ** 2).sum()))
        scale = rows / ROWS
        side = max(SPREAD * float(spread) * scale, LEAST_SIDE * min(rows, columns))
        return Region.square(centre_x * scale, centre_y * scale, side, rows, columns)

    def _share_out(self, change: Map, people: Sequence[Person], scale: float) -> None:
        """Count each pixel for the person whose face is nearest, in face heights: who sits beside a waver waves not."""
        distances = np.stack([_distance(person, change.shape, scale) for person in people])
        nearest = distances.argmin(0)
        moved = {}
        for number, person in enumerate(people):
            around = (distances[number] >= HEAD) & (distances[number] <= REACH)
            own = change[(nearest == number) & around]
            moved[person] = KEPT * self.of(person) + (1 - KEPT) * (float(own.mean()) if own.size else 0.0)
        self._moved = moved


def _distance(person: Person, shape: tuple[int, ...], scale: float) -> Map:
    """Of each pixel of the small picture from a face, in face heights."""
    face = person.face
    y, x = np.indices(shape, np.float32)
    from_face = np.hypot((x + 0.5) / scale - face.x, (y + 0.5) / scale - face.y) / max(face.height, 1.0)
    return np.asarray(from_face, np.float32)
