"""People: tracks faces over detections."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from models.framing.faces import Face

N_DETECTIONS = 5
"""Detections over which the position of a face is a median."""
MAX_MISSED = 6
"""Number of detections in a row without a face after which it is gone."""
STILL_DETECTIONS, STILL_TOLERANCE = 3, 0.25
"""A face is still if, over this many detections, it moves by at most this share of its height and keeps its size."""
MAX_DISTANCE = 0.8
"""Largest distance between the centres of a person's face in two detections, in face heights."""
MIN_WINDOW_SHARE = 0.2
"""The size of a face is not measured if it is smaller than this share of the window in which it was found."""
MAX_HEIGHT_RATIO = 1.7
"""And if the larger one is at most this factor higher."""


@dataclass(eq=False)
class Person:
    """A person whose face was found."""

    faces: deque[Face] = field(default_factory=lambda: deque(maxlen=N_DETECTIONS))
    coarse: bool = True
    """Whether the size was not measured in any of these detections."""
    missed: int = 0
    """Detections since it was found last."""

    @property
    def face(self) -> Face:
        """The median of recent detections."""
        values = np.median([(f.x, f.y, f.width, f.height, f.score) for f in self.faces], axis=0)
        return Face(*map(float, values))

    @property
    def is_steady(self) -> bool:
        """Whether the face was found in the last detections and did not move."""
        if self.missed or len(self.faces) < STILL_DETECTIONS:
            return False
        middle = self.face
        return all(
            max(abs(f.x - middle.x), abs(f.y - middle.y), abs(f.height - middle.height))
            <= STILL_TOLERANCE * middle.height
            for f in list(self.faces)[-STILL_DETECTIONS:]
        )

    def note(self, face: Face, coarse: bool) -> None:
        """Add a detection; the size from a coarse one does not replace that from a fine one."""
        self.missed = 0
        if self.coarse and not coarse:
            self.faces.clear()
        if self.coarse or not coarse:
            self.faces.append(face)
            self.coarse = coarse

    def may_be(self, face: Face) -> bool:
        """Whether a face may be this person's."""
        last = self.faces[-1]
        higher, lower = max(face.height, last.height), min(face.height, last.height)
        apart = max(abs(face.x - last.x), abs(face.y - last.y))
        return apart <= MAX_DISTANCE * higher and higher <= MAX_HEIGHT_RATIO * lower


@dataclass(frozen=True, slots=True)
class SearchWindow:
    """The part of a picture that was searched, in pixels."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, face: Face) -> bool:
        """Whether a face lies completely in it, so that it should have been found."""
        return (
            abs(face.x - self.left - self.width / 2) <= (self.width - face.width) / 2
            and abs(face.y - self.top - self.height / 2) <= (self.height - face.height) / 2
        )


class People:
    """All people whose faces were found recently."""

    def __init__(self) -> None:
        self.there: list[Person] = []

    def note(self, faces: Iterable[Face], window: SearchWindow) -> None:
        """Add the faces found in a window of the picture."""
        found = set()
        for face in faces:
            person = next((p for p in self.there if p not in found and p.may_be(face)), None)
            if person is None:
                person = Person()
                self.there.append(person)
            person.note(face, face.height < MIN_WINDOW_SHARE * max(window.width, window.height))
            found.add(person)
        for person in self.there:
            if person not in found and window.holds(person.face):
                person.missed += 1
        self.there = [person for person in self.there if person.missed < (MAX_MISSED if len(person.faces) > 1 else 2)]
