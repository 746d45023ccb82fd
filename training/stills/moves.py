"""How cut-out hands perform each gesture. Left and right are the performer's.

A still shows a hand from one side. Gestures that show several sides (rolling) or move the fingers (drumming, zooming)
cannot be generated from stills.
"""

from dataclasses import dataclass

from training.synthetic import pose as poses
from training.synthetic import strokes
from training.synthetic.keyframes import Vector
from training.synthetic.strokes import TO_CAMERA, TO_SELF, Stroke, backwards, flat_hand, one_of

_UP: Vector = (0.0, -1.0, -0.1)
_DOWN: Vector = (0.0, 1.0, -0.1)


@dataclass(frozen=True, slots=True)
class HandMove:
    """A gesture as stills perform it."""

    stroke: Stroke
    hand: str
    """A key of `album.HANDS`."""
    by_thumb: bool = False
    """Whether the stroke's direction is that of the thumb instead of the fingers."""


_SWIPE_LEFT = strokes.swipe(
    flat_hand((-0.22, 0.0, 0.50), (-0.3, -1, -0.1), (0.7, 0, -0.7)),
    flat_hand((-0.02, -0.02, 0.46), (0.2, -1, -0.2), (0.8, 0, -0.6)),
    flat_hand((0.20, 0.0, 0.50), (0.8, -0.7, -0.2), (0.8, 0.2, -0.6)),
)
_SWIPE_RIGHT = strokes.swipe(
    flat_hand((0.16, 0.0, 0.50), (0.7, -0.8, -0.2), (0.6, 0.2, 0.7)),
    flat_hand((-0.04, -0.03, 0.46), (0.1, -1, -0.2), (0.8, 0, 0.6)),
    flat_hand((-0.25, 0.0, 0.50), (-0.5, -0.9, -0.1), (0.7, 0, 0.7)),
)
_SWIPE_DOWN = strokes.swipe(
    flat_hand((-0.10, -0.12, 0.48), (0.15, -1, -0.2), (0, 0.4, -0.9)),
    flat_hand((-0.10, 0.02, 0.44), (0.15, -0.7, -0.7), (0, 0.8, -0.6)),
    flat_hand((-0.10, 0.15, 0.47), (0.15, -0.35, -0.9), (0, 0.9, -0.4)),
)
_SWIPE_UP = strokes.swipe(
    flat_hand((-0.10, 0.14, 0.47), (0.2, -0.35, -0.9), (0, 0.9, -0.4)),
    flat_hand((-0.10, 0.02, 0.44), (0.15, -0.7, -0.7), (0, 0.7, -0.7)),
    flat_hand((-0.10, -0.09, 0.47), (0.05, -1, -0.1), (0, 0, -1)),
)
_SLIDE_LEFT = one_of(
    strokes.slide((-0.16, 0.0, 0.47), (0.08, 0.0, 0.47), ((-0.15, -1, -0.2), (0.2, -1, -0.2)), TO_CAMERA),
    strokes.slide((-0.16, 0.0, 0.47), (0.08, 0.0, 0.47), ((0.2, -0.9, -0.4), (0.8, -0.6, -0.3)), (0.5, 0.3, 0.8)),
)
_SLIDE_DOWN = strokes.slide(
    (-0.08, -0.10, 0.46), (-0.08, 0.13, 0.46), ((0.2, -1, -0.3), (0.3, -0.5, -0.8)), (0.1, 0.3, -0.9)
)
_PUSH_HAND = strokes.approach(poses.OPEN, TO_CAMERA, 0.32, 0.60)
_PUSH_FINGERS = strokes.approach(poses.TWO_FINGERS, TO_CAMERA, 0.29, 0.62)
_PULL_HAND = backwards(strokes.approach(poses.OPEN, TO_SELF, 0.32, 0.62))
_PULL_FINGERS = backwards(strokes.approach(poses.TWO_FINGERS, TO_SELF, 0.30, 0.62))
_TURN = strokes.turn((0.1, -1, -0.05), TO_CAMERA, 0.9, 0.4)
_FLAT_HAND, _OPEN, _TWO, _ANY = "palm", "spread", "two fingers", "any"

MOVES: dict[str, HandMove] = {
    "Doing other things": HandMove(strokes.something_else, _ANY),
    "No gesture": HandMove(strokes.nothing, _ANY),
    "Pulling Hand In": HandMove(_PULL_HAND, _OPEN),
    "Pulling Two Fingers In": HandMove(_PULL_FINGERS, _TWO),
    "Pushing Hand Away": HandMove(_PUSH_HAND, _OPEN),
    "Pushing Two Fingers Away": HandMove(_PUSH_FINGERS, _TWO),
    "Shaking Hand": HandMove(strokes.shake, _OPEN),
    "Sliding Two Fingers Down": HandMove(_SLIDE_DOWN, _TWO),
    "Sliding Two Fingers Left": HandMove(_SLIDE_LEFT, _TWO),
    "Sliding Two Fingers Right": HandMove(backwards(_SLIDE_LEFT), _TWO),
    "Sliding Two Fingers Up": HandMove(backwards(_SLIDE_DOWN), _TWO),
    "Stop Sign": HandMove(strokes.show(poses.FLAT, (0.08, -1, -0.05), TO_CAMERA), _FLAT_HAND),
    "Swiping Down": HandMove(_SWIPE_DOWN, _OPEN),
    "Swiping Left": HandMove(_SWIPE_LEFT, _FLAT_HAND),
    "Swiping Right": HandMove(_SWIPE_RIGHT, _FLAT_HAND),
    "Swiping Up": HandMove(_SWIPE_UP, _OPEN),
    "Thumb Down": HandMove(strokes.show(poses.THUMB, _DOWN, TO_SELF, 0.06), "thumb", by_thumb=True),
    "Thumb Up": HandMove(strokes.show(poses.THUMB, _UP, TO_CAMERA), "thumb", by_thumb=True),
    "Turning Hand Clockwise": HandMove(_TURN, _OPEN),
    "Turning Hand Counterclockwise": HandMove(backwards(_TURN), _OPEN),
}
"""How each label is performed; stills cannot perform the other labels."""
STROKES: dict[str, Stroke] = {label: move.stroke for label, move in MOVES.items()}
