"""AutoFraming: a square around whoever gestures, set by the face; it moves only while nobody gestures."""

from __future__ import annotations

import numpy as np

from models.frame import Image
from models.framing.base import AUTO
from models.framing.faces import Face, FaceDetector
from models.framing.people import People, Person, Window
from models.region import Region

LOOK_S = 0.35
"""Seconds of the stream between two looks for faces: three a second, and none while somebody gestures."""
FACE_SHARE = 0.42
"""Height of the face in shares of the region's side. In Jester's clips it is 0.34; closer is better still."""
OFF_X, OFF_Y = 0.13, (0.25, 0.2)
"""How far the face may lie from the region's centre: to either side, and above and below it, in shares of the side."""
SURE = 0.7
"""Score of a face that is believed; what is none reaches 0.6 now and then."""
STEADY_LOOKS, STEADY_WITHIN = 3, 0.25
"""The region moves once the face has kept still over so many looks, within so many of its heights."""
FITTING_SHARE, FITTING_X, FITTING_Y = (0.26, 0.56), 0.2, 0.3
"""A face of such a height, so near to the region's centre, in shares of the side, is where Jester's are: what fits is
left as it is."""
SHIFT, GROWTH = 0.05, 1.1
"""The region moves if it moves by more than this share of its side, or grows or shrinks by more than this factor."""
GONE_S = 10.0
"""Without a face for so long, the region is the one of a picture without faces again."""
TILE = 0.6
"""Side of the windows that are searched for small faces, in shares of the picture's shorter side."""


class AutoFraming:
    """Frames one person, by the face; without a face, the largest square in the middle.

    Args:
        detector: finds faces.
    """

    name = AUTO

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self.reset()

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._shape: tuple[int, ...] = ()
        self._region: Region | None = None
        self._next_s = 0.0
        self._seen_s = 0.0
        self._people = People()
        self._framed: Person | None = None
        self._looks = 0

    def region(self, image: Image, time_s: float, idle: bool) -> Region:
        """The region to see now; see `Framing.region`."""
        if self._region is None or image.shape != self._shape:
            return self._begin(image, time_s)
        if idle and time_s >= self._next_s:
            self._next_s = time_s + LOOK_S
            self._look(image, self._next_window())
            self._consider(time_s)
        return self._region

    def _begin(self, image: Image, time_s: float) -> Region:
        """Search all of the first picture, so that not even the first gesture is seen through a wrong region."""
        self.reset()
        self._shape = image.shape
        self._next_s, self._seen_s = time_s + LOOK_S, time_s
        for window in (whole(image.shape), *tiles(image.shape)):
            self._look(image, window)
            if self._people.there:
                break
        self._framed = self._choose()
        self._region = self._without_face()
        if self._framed and not self._fits(self._framed.face):
            self._region = self._around(self._framed)
        return self._region

    def _look(self, image: Image, window: Window) -> None:
        rows, columns = (round(window.top), round(window.height)), (round(window.left), round(window.width))
        part = image[rows[0] : rows[0] + rows[1], columns[0] : columns[0] + columns[1]]
        found = [
            Face(face.x + columns[0], face.y + rows[0], face.width, face.height, face.score)
            for face in self._detector.find(part)
            if face.score >= SURE
        ]
        self._people.note(found, window)

    def _next_window(self) -> Window:
        """What to look at: closely where somebody is, else everywhere in turn."""
        self._looks += 1
        if self._framed:
            return self._near(self._framed) if self._looks % 3 else whole(self._shape)
        windows = [whole(self._shape), *tiles(self._shape)]
        return windows[self._looks % len(windows)]

    def _consider(self, time_s: float) -> None:
        """Move the region if there is a good reason."""
        self._framed = self._choose()
        if self._framed is None:
            if time_s - self._seen_s >= GONE_S:
                self._region = self._without_face()
            return
        self._seen_s = time_s
        if self._framed.is_steady(STEADY_LOOKS, STEADY_WITHIN) and not self._fits(self._framed.face):
            wanted = self._around(self._framed)
            if self._region is None or is_other(self._region, wanted):
                self._region = wanted

    def _choose(self) -> Person | None:
        """Who is framed: whoever was, else the nearest."""
        there = self._people.there
        if self._framed in there:
            return self._framed
        return max(there, key=lambda person: person.face.height, default=None)

    def _fits(self, face: Face) -> bool:
        """Whether a face lies in the region as faces lie in the pictures that the network has learnt from."""
        (rows, columns), region = self._shape[:2], self._region
        assert region
        width, height = region.width * columns, region.height * rows
        return (
            FITTING_SHARE[0] <= face.height / height <= FITTING_SHARE[1]
            and abs(face.x - region.left * columns - width / 2) <= FITTING_X * width
            and abs(face.y - region.top * rows - height / 2) <= FITTING_Y * height
        )

    def _around(self, person: Person) -> Region:
        rows, columns = self._shape[:2]
        face = person.face
        side = min(face.height / FACE_SHARE, rows, columns)
        x = min(max(columns / 2, face.x - OFF_X * side), face.x + OFF_X * side)
        y = min(max(rows / 2, face.y - OFF_Y[1] * side), face.y + OFF_Y[0] * side)
        return Region.square(x, y, side, rows, columns)

    def _without_face(self) -> Region:
        rows, columns = self._shape[:2]
        return Region.square(columns / 2, rows / 2, min(rows, columns), rows, columns)

    def _near(self, person: Person) -> Window:
        rows, columns = self._shape[:2]
        face = person.face
        side = min(face.height / FACE_SHARE, rows, columns)
        left = min(max(face.x - side / 2, 0.0), columns - side)
        return Window(left, min(max(face.y - side / 2, 0.0), rows - side), side, side)


def whole(shape: tuple[int, ...]) -> Window:
    """All of a picture."""
    return Window(0, 0, shape[1], shape[0])


def tiles(shape: tuple[int, ...]) -> list[Window]:
    """Squares that cover a picture and overlap, in which small faces are large enough to be found."""
    rows, columns = shape[:2]
    side = TILE * min(rows, columns)
    across, down = (int(np.ceil((length - side) / (0.7 * side))) + 1 for length in (columns, rows))
    return [
        Window(left, top, side, side)
        for top in np.linspace(0, rows - side, down)
        for left in np.linspace(0, columns - side, across)
    ]


def is_other(now: Region, wanted: Region) -> bool:
    """Whether a region is so far from another, or so much larger or smaller, that it should take its place."""
    shifts = (
        abs(wanted.left + wanted.width / 2 - now.left - now.width / 2) / now.width,
        abs(wanted.top + wanted.height / 2 - now.top - now.height / 2) / now.height,
    )
    growth = wanted.width / now.width
    return max(shifts) > SHIFT or not 1 / GROWTH <= growth <= GROWTH
