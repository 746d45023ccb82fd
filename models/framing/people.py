"""People: the faces that were seen lately, followed from look to look."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from models.framing.faces import Face

REMEMBERED = 5
"""Looks whose median says where a face is."""
MISSED = 6
"""Number of detections in a row without a face after which it is gone."""
STEADY_LOOKS, STEADY_WITHIN = 3, 0.25
"""A face is still if, over this many detections, it moves by at most this share of its height and keeps its size."""
NEAR = 0.8
"""Faces of two looks are one person's where their centres are no farther apart, in face heights."""
COARSE = 0.2
"""A face of less than this share of the window it was found in is known to be there, but not how large it is."""
SIMILAR = 1.7
"""And if the larger one is at most this factor higher."""


@dataclass(eq=False)
class Person:
    """A person whose face was found."""

    faces: deque[Face] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    coarse: bool = True
    """Whether these looks were all from too far away to measure it."""
    missed: int = 0
    """Looks since it was found last."""

    @property
    def face(self) -> Face:
        """The median of the recent looks."""
        values = np.median([(f.x, f.y, f.width, f.height, f.score) for f in self.faces], axis=0)
        return Face(*map(float, values))

    @property
    def is_steady(self) -> bool:
        """Whether the face was found in the last looks and kept still over them."""
        if self.missed or len(self.faces) < STEADY_LOOKS:
            return False
        middle = self.face
        return all(
            max(abs(f.x - middle.x), abs(f.y - middle.y), abs(f.height - middle.height))
            <= STEADY_WITHIN * middle.height
            for f in list(self.faces)[-STEADY_LOOKS:]
        )

    def note(self, face: Face, coarse: bool) -> None:
        """Note that it was found; a coarse look measures nothing that a fine one has."""
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
        return apart <= NEAR * higher and higher <= SIMILAR * lower


@dataclass(frozen=True, slots=True)
class SearchWindow:
    """What of a picture was looked at, in pixels."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, face: Face) -> bool:
        """Whether all of a face lies in it, so that it should have been found."""
        return (
            abs(face.x - self.left - self.width / 2) <= (self.width - face.width) / 2
            and abs(face.y - self.top - self.height / 2) <= (self.height - face.height) / 2
        )


class People:
    """Everybody whose face was seen lately."""

    def __init__(self) -> None:
        self.there: list[Person] = []

    def note(self, faces: Iterable[Face], window: SearchWindow) -> None:
        """Note what one look found in a window of the picture."""
        found = set()
        for face in faces:
            person = next((p for p in self.there if p not in found and p.may_be(face)), None)
            if person is None:
                person = Person()
                self.there.append(person)
            person.note(face, face.height < COARSE * max(window.width, window.height))
            found.add(person)
        for person in self.there:
            if person not in found and window.holds(person.face):
                person.missed += 1
        self.there = [person for person in self.there if person.missed < (MISSED if len(person.faces) > 1 else 2)]
