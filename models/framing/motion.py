"""Where the picture moves, from look to look, and who of several people does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.framing.people import Person
from models.moving_area import ROWS, Map, MovingArea, change, moving_area, small_picture

HEAD, REACH = 0.7, 3.5
"""Between these distances from the middle of the face, in face heights, hands move; nearer, the head does."""
KEPT = 0.5
"""Share of a person's older movement that a newer look leaves."""
MEMORY = 0.97
"""The same of where things move: half of it is of the last 20 looks with movement."""
ENOUGH = 0.15
"""Mean change of a picture's pixels, summed over looks, from which on it is known where it moves."""
ENOUGH_HANDS, MOST_HANDS = 90.0, 40.0
"""The same for hands, as levels times area in square face heights, and the most that one measurement adds: a wave is
about 30, a person who walks by or a lamp that goes out much more."""


class Motion:
    """Compares each look's picture with the one before."""

    def __init__(self) -> None:
        self._before: Map | None = None
        self._all: Map | None = None
        self._moved: dict[Person, float] = {}
        self._hands: dict[Person, NDArray[np.float64]] = {}

    def see(self, image: Image, people: Sequence[Person]) -> None:
        """Take the picture of one look, uint8 [H, W, 3], and who is in it."""
        small = small_picture(image)
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            return
        changed = change(before, small)
        if changed.any():
            self._all = changed if self._all is None else MEMORY * self._all + changed
        if people:
            self._share_out(changed, people, ROWS / image.shape[0])

    def of(self, person: Person) -> float:
        """How much a person moved lately: the mean change of the pixels around, in levels of 255."""
        return self._moved.get(person, 0.0)

    def place(self, rows: int, columns: int) -> MovingArea | None:
        """Where a picture of this size moved so far; None where too little has."""
        if self._all is None or self._all.mean() < ENOUGH:
            return None
        return moving_area(self._all, rows, columns)

    def hands(self, person: Person) -> MovingArea | None:
        """Where a person's hands moved, while the face kept still; None where that was not seen enough."""
        moments = self._hands.get(person)
        if moments is None or moments[0] < ENOUGH_HANDS:
            return None
        x, y, xx, yy = moments[1:] / moments[0]
        spread, face = float(np.sqrt(max(xx - x * x, yy - y * y, 0.0))), person.face
        return MovingArea(face.x + float(x) * face.height, face.y + float(y) * face.height, spread * face.height)

    def _share_out(self, changed: Map, people: Sequence[Person], scale: float) -> None:
        """Count each pixel for the person whose face is nearest, in face heights: who sits beside a waver waves not."""
        offsets = [_from_face(person, changed.shape, scale) for person in people]
        distances = np.array([np.hypot(x, y) for x, y in offsets])
        nearest = distances.argmin(0)
        moved, hands = {}, {}
        for number, person in enumerate(people):
            own = (nearest == number) & (distances[number] >= HEAD) & (distances[number] <= REACH)
            now = float(changed[own].mean()) if own.any() else 0.0
            moved[person] = KEPT * self.of(person) + (1 - KEPT) * now
            hands[person] = self._hands.get(person, np.zeros(5))
            if now and person.is_steady:
                x, y = (offset[own] for offset in offsets[number])
                weights = changed[own] / (scale * person.face.height) ** 2
                sums = np.array([np.ones_like(x), x, y, x * x, y * y]) @ weights
                hands[person] = MEMORY * hands[person] + sums * min(1.0, MOST_HANDS / sums[0])
        self._moved, self._hands = moved, hands


def _from_face(person: Person, shape: tuple[int, ...], scale: float) -> tuple[Map, Map]:
    """How far right of a face and below it each pixel of the small picture lies, in face heights."""
    face = person.face
    y, x = np.indices(shape, np.float32) + 0.5
    height = max(face.height, 1.0)
    return np.float32((x / scale - face.x) / height), np.float32((y / scale - face.y) / height)
