"""Jester's 27 labels as motion scripts of a right hand. Left and right are the performer's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from training.jester import mirrored
from training.synthetic import pose as poses
from training.synthetic import strokes
from training.synthetic.cones import Reals, unit
from training.synthetic.keyframes import KeyFrame
from training.synthetic.strokes import TO_CAMERA, TO_SELF, Stroke, backwards, flat_hand, one_of, vector

REST = KeyFrame(0.0, (-0.20, 0.52, 0.60), (0.3, -0.5, -0.8), (0.2, 0.8, -0.3), poses.RELAXED)
"""The hand on the lap, out of the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """One gesture from rest to rest, once or with repetitions."""

    keys: tuple[KeyFrame, ...]
    spans_s: tuple[tuple[float, float], ...]
    """Start and end of the gesture itself, of each repetition."""
    mirrored: bool
    """Performed with the left hand, to be rendered mirrored."""

    @property
    def duration_s(self) -> float:
        """Duration, from leaving the lap to its return."""
        return _length_s(self.keys)


def script(
    label: str,
    rng: np.random.Generator,
    left_hand: bool | None = None,
    strokes: Mapping[str, Stroke] | None = None,
    times: int = 1,
) -> Script:
    """Sample one performance of a gesture.

    Args:
        label: one of LABELS.
        rng: generator of the variation.
        left_hand: which hand moves; random by default, left with probability 0.3.
        strokes: how each label is performed; default: those of drawn hands.
        times: repetitions before the hand leaves.
    """
    left = bool(rng.random() < 0.3) if left_hand is None else left_hand
    stroke = list((strokes or _STROKES)[mirrored(label) if left else label](rng))
    if not stroke:
        return Script((REST, replace(REST, after_s=float(rng.uniform(1.2, 2.0)))), ((0.0, 0.0),), left)
    stroke = _vary(stroke, rng)
    coming_s, leaving_s = (float(rng.uniform(0.40, 0.65)) for _ in range(2))
    keys, spans = [REST, replace(stroke[0], after_s=coming_s)], []
    for again in range(times):
        if again:
            keys += _recover(keys[-1], stroke[0], rng)
        start_s = _length_s(keys)
        keys += stroke[1:]
        spans.append((start_s, _length_s(keys)))
    return Script((*keys, replace(REST, after_s=leaving_s)), tuple(spans), left)


def _length_s(keys: Sequence[KeyFrame]) -> float:
    return sum(key.after_s for key in keys)


def _recover(end: KeyFrame, start: KeyFrame, rng: np.random.Generator) -> list[KeyFrame]:
    """Move the hand back to the start for a repetition: loose, lower and nearer to the body than on the way out."""
    half_s = float(rng.uniform(0.14, 0.3))
    sunk = rng.uniform((-0.03, 0.05, 0.03), (0.03, 0.13, 0.10))
    loose = float(rng.uniform(0.4, 0.9))
    middle = replace(
        start,
        after_s=half_s,
        at=vector((np.asarray(end.at) + start.at) / 2 + sunk),
        pose=((end.pose + start.pose) / 2 * (1 - loose) + poses.RELAXED * loose).astype(np.float32),
        through=True,
    )
    return [middle, replace(start, after_s=half_s)]


def _vary(stroke: Sequence[KeyFrame], rng: np.random.Generator) -> list[KeyFrame]:
    """Vary speed, size, position and wrist orientation."""
    tempo, reach = rng.uniform(0.8, 1.3), rng.uniform(0.8, 1.2)
    shift = rng.uniform((-0.04, -0.04, -0.04), (0.04, 0.04, 0.05))
    centre = np.mean([key.at for key in stroke], 0)
    tilt = _rotation(rng.normal(0, 0.13, 3))
    loose = float(rng.uniform(0, 0.1))
    return [
        replace(
            key,
            after_s=key.after_s * tempo,
            at=vector(centre + reach * (np.asarray(key.at) - centre) + shift),
            fingers=vector(tilt @ unit(key.fingers)),
            palm=vector(tilt @ unit(key.palm)),
            pose=(key.pose * (1 - loose) + poses.RELAXED * loose).astype(np.float32),
        )
        for key in stroke
    ]


def _rotation(axis: Reals) -> Reals:
    """Rotation matrix of a small rotation vector, radians (Rodrigues)."""
    angle = float(np.linalg.norm(axis)) + 1e-9
    x, y, z = axis / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


_SWIPE_LEFT = strokes.swipe(
    flat_hand((-0.22, -0.02, 0.52), (-0.25, -1, -0.1), (0.75, 0, -0.65)),
    flat_hand((-0.02, -0.03, 0.46), (0.15, -1, -0.3), (0.9, 0.1, -0.2)),
    flat_hand((0.20, 0.0, 0.50), (0.70, -0.65, -0.3), (0.8, 0.6, 0.45)),
)
_SWIPE_RIGHT = strokes.swipe(
    flat_hand((0.14, 0.0, 0.50), (0.55, -0.8, -0.3), (0.6, 0.4, 0.7)),
    flat_hand((-0.06, -0.03, 0.46), (0.0, -1, -0.3), (0.9, 0.1, 0.1)),
    flat_hand((-0.27, 0.0, 0.52), (-0.55, -0.8, -0.1), (0.8, -0.3, -0.5)),
)
_SWIPE_DOWN_AHEAD = strokes.swipe(
    flat_hand((-0.10, -0.11, 0.48), (0.15, -0.65, -0.75), (0, 0.8, -0.6)),
    flat_hand((-0.10, 0.02, 0.44), (0.15, -0.1, -0.9), (0, 1, -0.1)),
    flat_hand((-0.10, 0.13, 0.47), (0.15, 0.55, -0.8), (0, 0.8, 0.55)),
)
_SWIPE_DOWN_ACROSS = strokes.swipe(
    flat_hand((-0.08, -0.13, 0.48), (0.6, -0.6, -0.5), (0, 0.7, -0.7)),
    flat_hand((-0.08, 0.02, 0.44), (0.6, -0.1, -0.7), (-0.1, 1, -0.2)),
    flat_hand((-0.08, 0.16, 0.47), (0.6, 0.5, -0.6), (0, 0.8, 0.55)),
)
_SWIPE_DOWN = one_of(_SWIPE_DOWN_ACROSS, _SWIPE_DOWN_ACROSS, _SWIPE_DOWN_AHEAD)
_SWIPE_UP = one_of(
    strokes.swipe(
        flat_hand((-0.10, 0.11, 0.47), (0.25, 0.25, -0.9), (0.1, -0.9, -0.3)),
        flat_hand((-0.10, 0.02, 0.43), (0.15, -0.4, -0.8), (0.1, -0.8, 0.4)),
        flat_hand((-0.10, -0.07, 0.47), (0, -1, 0.15), (0.1, -0.1, 1)),
    ),
    strokes.swipe(
        flat_hand((-0.10, 0.12, 0.47), (0.1, -0.3, -1), (0, 0.9, -0.3)),
        flat_hand((-0.10, 0.03, 0.45), (0.1, -0.7, -0.6), (0, 0.6, -0.7)),
        flat_hand((-0.10, -0.06, 0.47), (0, -1, -0.1), (0, 0, -1)),
    ),
)
_SLIDE_LEFT = one_of(
    strokes.slide((-0.16, 0.0, 0.47), (0.06, 0.0, 0.47), ((-0.1, -1, -0.2), (0.1, -1, -0.2)), TO_CAMERA),
    strokes.slide((-0.16, 0.0, 0.47), (0.08, 0.0, 0.47), ((-0.2, -0.4, -1), (0.4, -0.4, -1)), (0.2, 0.8, -0.5)),
    strokes.slide((-0.16, 0.0, 0.47), (0.08, 0.0, 0.47), ((0.3, -0.8, -0.5), (1, -0.5, -0.5)), (0.7, 0.3, 0.5)),
)
_SLIDE_DOWN = strokes.slide(
    (-0.08, -0.10, 0.46), (-0.08, 0.13, 0.46), ((0.2, -0.9, -0.4), (0.3, 0.1, -0.9)), (0.1, 0.6, -0.8)
)
_PUSH_HAND = strokes.approach(poses.OPEN, TO_CAMERA, 0.34, 0.60)
_PUSH_FINGERS = strokes.approach(poses.TWO_FINGERS, TO_CAMERA, 0.29, 0.62)
_PULL_HAND = backwards(strokes.approach(poses.OPEN, TO_SELF, 0.32, 0.62))
_PULL_FINGERS = backwards(strokes.approach(poses.TWO_FINGERS, TO_SELF, 0.32, 0.62))
# Half way through the turn the hand points ahead and up; up, its back visible; up, its palm visible.
_TURN_OUT = strokes.turn((0.24, -0.82, -0.52), (0.6, -0.3, 0.75), 1.0, 0.3)
_TURN_BACK_VISIBLE = strokes.turn((0.2, -0.95, -0.15), (0.1, -0.1, 1), 0.9, 0.3)
_TURN_PALM_VISIBLE = strokes.turn((0.42, -0.9, -0.15), (0, 0, -1), 0.9, 0.45)
_TURN = one_of(*4 * [_TURN_BACK_VISIBLE], _TURN_OUT, _TURN_PALM_VISIBLE)
_OPEN_HAND = strokes.spread(poses.BEAK_CLOSED, poses.BEAK_OPEN)
_OPEN_FINGERS = strokes.spread(poses.PINCH_CLOSED, poses.PINCH_OPEN)

_STROKES: dict[str, Stroke] = {
    "Doing other things": strokes.something_else,
    "Drumming Fingers": one_of(
        strokes.drum((0.3, -0.3, -1), (0, 1, -0.5), 0.8),
        strokes.drum((0.1, -1, -0.4), (0, 0.2, -1), 0.8),
        strokes.drum((0.6, 0, -1), (0, 1, -0.2), 0.6),
    ),
    "No gesture": strokes.nothing,
    "Pulling Hand In": _PULL_HAND,
    "Pulling Two Fingers In": _PULL_FINGERS,
    "Pushing Hand Away": _PUSH_HAND,
    "Pushing Two Fingers Away": _PUSH_FINGERS,
    "Rolling Hand Backward": backwards(strokes.roll),
    "Rolling Hand Forward": strokes.roll,
    "Shaking Hand": strokes.shake,
    "Sliding Two Fingers Down": _SLIDE_DOWN,
    "Sliding Two Fingers Left": _SLIDE_LEFT,
    "Sliding Two Fingers Right": backwards(_SLIDE_LEFT),
    "Sliding Two Fingers Up": backwards(_SLIDE_DOWN),
    "Stop Sign": strokes.show(poses.FLAT, (0.08, -1, -0.05), TO_CAMERA),
    "Swiping Down": _SWIPE_DOWN,
    "Swiping Left": _SWIPE_LEFT,
    "Swiping Right": _SWIPE_RIGHT,
    "Swiping Up": _SWIPE_UP,
    "Thumb Down": one_of(
        strokes.show(poses.THUMB, (1, 0.1, -0.3), (-0.3, 0, -1), 0.06, elbow=1.0),
        strokes.show(poses.THUMB, (0.7, 0.1, -0.7), (-0.7, 0, -0.7), 0.06, elbow=1.0),
    ),
    "Thumb Up": one_of(
        *2 * [strokes.show(poses.THUMB_UP, (1, 0.15, -0.1), (0.1, 0, 1))],
        strokes.show(poses.THUMB_UP, (0.9, 0.25, -0.5), (0.5, 0, 0.9)),
        strokes.show(poses.THUMB_UP, (0.2, 0.2, -1), (1, 0, 0.2)),
    ),
    "Turning Hand Clockwise": _TURN,
    "Turning Hand Counterclockwise": backwards(_TURN),
    "Zooming In With Full Hand": _OPEN_HAND,
    "Zooming In With Two Fingers": _OPEN_FINGERS,
    "Zooming Out With Full Hand": backwards(_OPEN_HAND),
    "Zooming Out With Two Fingers": backwards(_OPEN_FINGERS),
}
