"""Motion: where the picture changes between measurements, and which person moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.framing.people import Person
from models.moving_area import ROWS, Map, MovingArea, change, moving_area, small_picture

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


class Motion:
    """Compares each picture with the previous one."""

    def __init__(self) -> None:
        self._before: Map | None = None
        self._all: Map | None = None
        self._moved: dict[Person, float] = {}
        self._hands: dict[Person, NDArray[np.float64]] = {}

    def see(self, image: Image, people: Sequence[Person]) -> None:
        """Measure the change to a picture, uint8 [H, W, 3], with these people."""
        small = small_picture(image)
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            return
        changed = change(before, small)
        if changed.any():
            self._all = changed if self._all is None else PLACE_DECAY * self._all + changed
        if people:
            self._share_out(changed, people, ROWS / image.shape[0])

    def of(self, person: Person) -> float:
        """A person's recent motion: the mean change of the pixels nearby, in levels of 255."""
        return self._moved.get(person, 0.0)

    def place(self, rows: int, columns: int) -> MovingArea | None:
        """The place of motion in a picture of this size; None if there was too little."""
        if self._all is None or self._all.mean() < MIN_CHANGE:
            return None
        return moving_area(self._all, rows, columns)

    def hands(self, person: Person) -> MovingArea | None:
        """The place of a person's hands, measured while the face kept still; None if measured too little."""
        moments = self._hands.get(person)
        if moments is None or moments[0] < MIN_HANDS_MOTION:
            return None
        x, y, xx, yy = moments[1:] / moments[0]
        spread, face = float(np.sqrt(max(xx - x * x, yy - y * y, 0.0))), person.face
        return MovingArea(face.x + float(x) * face.height, face.y + float(y) * face.height, spread * face.height)

    def _share_out(self, changed: Map, people: Sequence[Person], scale: float) -> None:
        """Assign each pixel to the person whose face is nearest, in face heights: a neighbour does not count."""
        offsets = [_from_face(person, changed.shape, scale) for person in people]
        distances = np.array([np.hypot(x, y) for x, y in offsets])
        nearest = distances.argmin(0)
        moved, hands = {}, {}
        for number, person in enumerate(people):
            own = (nearest == number) & (distances[number] >= HEAD_RADIUS) & (distances[number] <= HANDS_RADIUS)
            now = float(changed[own].mean()) if own.any() else 0.0
            moved[person] = MOTION_DECAY * self.of(person) + (1 - MOTION_DECAY) * now
            hands[person] = self._hands.get(person, np.zeros(5))
            if now and person.is_steady:
                x, y = (offset[own] for offset in offsets[number])
                weights = changed[own] / (scale * person.face.height) ** 2
                sums = np.array([np.ones_like(x), x, y, x * x, y * y]) @ weights
                hands[person] = PLACE_DECAY * hands[person] + sums * min(1.0, MAX_HANDS_MOTION / sums[0])
        self._moved, self._hands = moved, hands


def _from_face(person: Person, shape: tuple[int, ...], scale: float) -> tuple[Map, Map]:
    """How far right of a face and below it each pixel of the small picture lies, in face heights."""
    face = person.face
    y, x = np.indices(shape, np.float32) + 0.5
    height = max(face.height, 1.0)
    return np.float32((x / scale - face.x) / height), np.float32((y / scale - face.y) / height)
