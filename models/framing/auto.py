"""AutoFraming: a square around the person who gestures, set by the face; it moves only between gestures."""

from __future__ import annotations

import numpy as np

from models.frame import Image
from models.framing.base import AUTO
from models.framing.faces import Face, FaceDetector
from models.framing.motion import Motion
from models.framing.people import People, Person, SearchWindow
from models.moving_area import MovingArea
from models.region import WHOLE, Region

DETECTION_S, STILL_DETECTION_S = 0.35, 1.0
"""Seconds of the stream between two face detections; the longer one for one person who sits still. During a gesture no
face is searched."""
FACE_SHARE = 0.34
"""Height of the face in shares of the region's side; the median of Jester's clips."""
MAX_OFFSET_X, MAX_OFFSETS_Y = 0.13, (0.25, 0.2)
"""Largest distance of the face from the region's centre: sideways, above and below, in shares of the side."""
HANDS_STDS, MIN_FACE_SHARE = 1.7, 0.2
"""Once the position of this person's hands is known, the region contains the face and this many standard deviations of
that position, unless the face would then be smaller than this share of the side."""
MOTION_STDS, MIN_SIDE = 4.4, 0.45
"""Without a face, the side in standard deviations of where the picture moves; its least, of the shorter side."""
MIN_FACE_SCORE = 0.7
"""Least score of a face; other objects reach 0.6 occasionally."""
FITTING_SHARES, FITTING_X, FITTING_Y = (0.3, 0.56), 0.2, 0.3
"""Range of face heights, and largest distances from the region's centre, in shares of the side, as in Jester's clips: a
region that fits is kept."""
FACE_TOLERANCE, MOTION_TOLERANCE = (0.05, 1.1), (0.15, 1.25)
"""A region set by a face alone, or by movement, takes the place of another where it lies off by more than this share of
the side, or is larger or smaller by more than this factor."""
NO_FACE_S = 10.0
"""Time without a face after which the region is set by motion, in seconds."""
MIN_MOTION, MIN_MOTION_RATIO = 0.25, 2.0
"""Another person is framed after moving by more than this (`Motion`), and by this factor more than the framed one."""
TILE = 0.6
"""Side of the windows in which small faces are searched, in shares of the picture's shorter side."""


class AutoFraming:
    """Frames one person: by the face, also by the hands once they have moved; without a face by motion.

    Args:
        detector: finds faces.
    """

    name = AUTO
    bounds = WHOLE

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
        self._motion = Motion()
        self._looks = 0

    def region(self, image: Image, time_s: float, idle: bool) -> Region:
        if self._region is None or image.shape != self._shape:
            return self._begin(image, time_s)
        if time_s >= self._next_s:
            self._motion.see(image, self._people.there)
            if idle:
                self._look(image, self._next_window())
                self._consider(time_s)
            self._next_s = time_s + (STILL_DETECTION_S if self._settled else DETECTION_S)
        return self._region

    @property
    def _settled(self) -> bool:
        """Whether there is one person, who keeps still."""
        there = self._people.there
        alone = len(there) == 1 and there[0] is self._framed
        return alone and there[0].is_steady

    def _begin(self, image: Image, time_s: float) -> Region:
        """Search all of the first picture, so that the region is right from the first gesture on."""
        self.reset()
        self._shape = image.shape
        self._next_s, self._seen_s = time_s + DETECTION_S, time_s
        for window in (whole(image.shape), *tiles(image.shape)):
            self._look(image, window)
            if self._people.there:
                break
        self._framed = self._choose()
        if self._framed and self._framed.coarse:
            self._look(image, self._near(self._framed))
        self._region = self._without_face()
        if self._framed and not self._fits(self._framed.face):
            self._region = self._around(self._framed.face)
        return self._region

    def _look(self, image: Image, window: SearchWindow) -> None:
        rows, columns = (round(window.top), round(window.height)), (round(window.left), round(window.width))
        part = image[rows[0] : rows[0] + rows[1], columns[0] : columns[0] + columns[1]]
        found = [
            Face(face.x + columns[0], face.y + rows[0], face.width, face.height, face.score)
            for face in self._detector.find(part)
            if face.score >= MIN_FACE_SCORE
        ]
        self._people.note(found, window)

    def _next_window(self) -> SearchWindow:
        """Where to search: near the known face, else each part of the picture in turn."""
        self._looks += 1
        if self._framed:
            return self._near(self._framed) if self._looks % 3 else whole(self._shape)
        windows = [whole(self._shape), *tiles(self._shape)]
        return windows[self._looks % len(windows)]

    def _consider(self, time_s: float) -> None:
        """Move the region if it does not fit any more."""
        self._framed = self._choose()
        if self._framed is None:
            if time_s - self._seen_s >= NO_FACE_S:
                self._move(self._without_face(), *MOTION_TOLERANCE)
            return
        self._seen_s = time_s
        if self._framed.is_steady:
            hands = self._motion.hands(self._framed)
            if hands:
                self._move(self._around_hands(self._framed.face, hands), *MOTION_TOLERANCE)
            elif not self._fits(self._framed.face):
                self._move(self._around(self._framed.face), *FACE_TOLERANCE)

    def _move(self, wanted: Region, shift: float, growth: float) -> None:
        if self._region is None or is_other(self._region, wanted, shift, growth):
            self._region = wanted

    def _choose(self) -> Person | None:
        """The person to frame: the same as before unless another moves much more; at first the nearest."""
        there = self._people.there
        if self._framed not in there:
            return max(there, key=lambda person: person.face.height, default=None)
        mover = max(there, key=self._motion.of)
        much = self._motion.of(mover) > max(MIN_MOTION, MIN_MOTION_RATIO * self._motion.of(self._framed))
        return mover if much else self._framed

    def _fits(self, face: Face) -> bool:
        """Whether the face's size and position in the region are as in the training pictures."""
        (rows, columns), region = self._shape[:2], self._region
        assert region
        width, height = region.width * columns, region.height * rows
        return (
            FITTING_SHARES[0] <= face.height / height <= FITTING_SHARES[1]
            and abs(face.x - region.left * columns - width / 2) <= FITTING_X * width
            and abs(face.y - region.top * rows - height / 2) <= FITTING_Y * height
        )

    def _around(self, face: Face) -> Region:
        """As near to the picture's middle as the face allows, since hands are more likely on that side."""
        rows, columns = self._shape[:2]
        side = min(face.height / FACE_SHARE, rows, columns)
        x = min(max(columns / 2, face.x - MAX_OFFSET_X * side), face.x + MAX_OFFSET_X * side)
        y = min(max(rows / 2, face.y - MAX_OFFSETS_Y[1] * side), face.y + MAX_OFFSETS_Y[0] * side)
        return Region.square(x, y, side, rows, columns)

    def _around_hands(self, face: Face, hands: MovingArea) -> Region:
        """Around face and hands, limited so that the face does not become too small."""
        reach = HANDS_STDS * hands.spread
        left, right = min(face.x - face.width / 2, hands.x - reach), max(face.x + face.width / 2, hands.x + reach)
        top, bottom = min(face.y - face.height / 2, hands.y - reach), max(face.y + face.height / 2, hands.y + reach)
        needed = min(max(right - left, bottom - top), face.height / MIN_FACE_SHARE)
        side = max(face.height / FACE_SHARE, needed)
        return Region.square((left + right) / 2, (top + bottom) / 2, side, *self._shape[:2])

    def _without_face(self) -> Region:
        """Around motion; the middle of the picture if there was none."""
        rows, columns = self._shape[:2]
        place = self._motion.place(rows, columns)
        if place is None:
            return Region.square(columns / 2, rows / 2, min(rows, columns), rows, columns)
        side = max(MOTION_STDS * place.spread, MIN_SIDE * min(rows, columns))
        return Region.square(place.x, place.y, side, rows, columns)

    def _near(self, person: Person) -> SearchWindow:
        rows, columns = self._shape[:2]
        face = person.face
        side = min(face.height / FACE_SHARE, rows, columns)
        left = min(max(face.x - side / 2, 0.0), columns - side)
        return SearchWindow(left, min(max(face.y - side / 2, 0.0), rows - side), side, side)


def whole(shape: tuple[int, ...]) -> SearchWindow:
    """All of a picture."""
    return SearchWindow(0, 0, shape[1], shape[0])


def tiles(shape: tuple[int, ...]) -> list[SearchWindow]:
    """Overlapping squares that cover a picture, in which small faces are large enough for the detector."""
    rows, columns = shape[:2]
    side = TILE * min(rows, columns)
    across, down = (int(np.ceil((length - side) / (0.7 * side))) + 1 for length in (columns, rows))
    return [
        SearchWindow(left, top, side, side)
        for top in np.linspace(0, rows - side, down)
        for left in np.linspace(0, columns - side, across)
    ]


def is_other(now: Region, wanted: Region, shift: float, growth: float) -> bool:
    """Whether a region is off by more than a share of its width or height, or larger or smaller by a factor."""
    shifts = (
        abs(wanted.left + wanted.width / 2 - now.left - now.width / 2) / now.width,
        abs(wanted.top + wanted.height / 2 - now.top - now.height / 2) / now.height,
    )
    grown = wanted.width / now.width
    return max(shifts) > shift or not 1 / growth <= grown <= growth
