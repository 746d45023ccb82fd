"""Gestures: Jester's 27 labels as motion scripts of a right hand. Left and right are the performer's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from training.synthetic import pose as poses
from training.synthetic.cones import Floats, unit
from training.synthetic.motion import Key, Vector

REST = Key(0.0, (-0.20, 0.52, 0.60), (0.3, -0.5, -0.8), (0.2, 0.8, -0.3), poses.RELAXED)
"""The hand on the lap, out of the picture."""
MIRRORED = {
    "Swiping Left": "Swiping Right",
    "Sliding Two Fingers Left": "Sliding Two Fingers Right",
    "Turning Hand Clockwise": "Turning Hand Counterclockwise",
}
MIRRORED |= {right: left for left, right in MIRRORED.items()}
"""What a gesture becomes in a mirror; the others stay what they are."""

Stroke = Callable[[np.random.Generator], Sequence[Key]]
"""Draws the part of a gesture that has its meaning; its first key is where the hand arrives."""


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """One gesture from rest to rest."""

    keys: tuple[Key, ...]
    start_s: float
    """When the part with the meaning starts."""
    end_s: float
    """When it is over and the hand leaves."""
    mirrored: bool
    """Performed with the left hand: everything is to be drawn mirrored."""

    @property
    def duration_s(self) -> float:
        """Length, from leaving the lap to lying there again."""
        return sum(key.after_s for key in self.keys)


def script(label: str, rng: np.random.Generator, left_hand: bool | None = None) -> Script:
    """Draw one performance of a gesture.

    Args:
        label: one of LABELS.
        rng: where the variation comes from.
        left_hand: which hand does it; drawn (three of ten are left) unless given.
    """
    mirrored = bool(rng.random() < 0.3) if left_hand is None else left_hand
    stroke = list(_STROKES[MIRRORED.get(label, label) if mirrored else label](rng))
    if not stroke:
        return Script((REST, replace(REST, after_s=float(rng.uniform(1.2, 2.0)))), 0.0, 0.0, mirrored)
    stroke = _vary(stroke, rng)
    approach = float(rng.uniform(0.40, 0.65))
    retreat = float(rng.uniform(0.40, 0.65))
    keys = (REST, replace(stroke[0], after_s=approach), *stroke[1:], replace(REST, after_s=retreat))
    end = sum(key.after_s for key in keys[:-1])
    return Script(keys, approach, end, mirrored)


def _vary(stroke: Sequence[Key], rng: np.random.Generator) -> list[Key]:
    """Perform faster or slower, wider or narrower, elsewhere, and with a wrist held otherwise."""
    tempo, reach = rng.uniform(0.8, 1.3), rng.uniform(0.8, 1.2)
    shift = rng.uniform((-0.04, -0.04, -0.04), (0.04, 0.04, 0.05))
    centre = np.mean([key.at for key in stroke], 0)
    turn = _rotation(rng.normal(0, 0.13, 3))
    loose = float(rng.uniform(0, 0.1))
    return [
        replace(
            key,
            after_s=key.after_s * tempo,
            at=_vector(centre + reach * (np.asarray(key.at) - centre) + shift),
            fingers=_vector(turn @ unit(key.fingers)),
            palm=_vector(turn @ unit(key.palm)),
            pose=(key.pose * (1 - loose) + poses.RELAXED * loose).astype(np.float32),
        )
        for key in stroke
    ]


def _vector(values: Floats) -> Vector:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _rotation(vector: Floats) -> Floats:
    """Rotation matrix of a small rotation vector, radians (Rodrigues)."""
    angle = float(np.linalg.norm(vector)) + 1e-9
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _swipe_left(rng: np.random.Generator) -> list[Key]:
    time = 0.45
    return [
        Key(0, (-0.22, -0.02, 0.52), (-0.25, -1, -0.1), (0.75, 0, -0.65), poses.FLAT),
        Key(rng.uniform(0, 0.15) + 0.05, (-0.23, -0.02, 0.52), (-0.30, -1, -0.1), (0.75, 0, -0.65), poses.FLAT),
        Key(time / 2, (-0.02, -0.03, 0.46), (0.15, -1, -0.3), (0.9, 0.1, -0.2), poses.FLAT, True),
        Key(time / 2, (0.20, 0.0, 0.50), (0.70, -0.65, -0.3), (0.8, 0.6, 0.45), poses.FLAT),
        Key(0.12, (0.21, 0.01, 0.50), (0.70, -0.60, -0.3), (0.8, 0.6, 0.45), poses.FLAT),
    ]


def _swipe_right(rng: np.random.Generator) -> list[Key]:
    time = 0.45
    return [
        Key(0, (0.14, 0.0, 0.50), (0.55, -0.8, -0.3), (0.6, 0.4, 0.7), poses.FLAT),
        Key(rng.uniform(0, 0.15) + 0.05, (0.15, 0.0, 0.50), (0.6, -0.8, -0.3), (0.6, 0.4, 0.7), poses.FLAT),
        Key(time / 2, (-0.06, -0.03, 0.46), (0.0, -1, -0.3), (0.9, 0.1, 0.1), poses.FLAT, True),
        Key(time / 2, (-0.27, 0.0, 0.52), (-0.55, -0.8, -0.1), (0.8, -0.3, -0.5), poses.FLAT),
        Key(0.12, (-0.28, 0.0, 0.52), (-0.6, -0.8, -0.1), (0.8, -0.3, -0.5), poses.FLAT),
    ]


def _swipe_down(rng: np.random.Generator) -> list[Key]:
    x = rng.uniform(-0.16, -0.04)
    return [
        Key(0, (x, -0.14, 0.48), (0.15, -0.6, -0.8), (0, 0.8, -0.6), poses.FLAT),
        Key(rng.uniform(0, 0.15) + 0.05, (x, -0.15, 0.48), (0.15, -0.65, -0.75), (0, 0.8, -0.6), poses.FLAT),
        Key(0.22, (x, 0.02, 0.44), (0.15, -0.1, -0.9), (0, 1, -0.1), poses.FLAT, True),
        Key(0.22, (x, 0.17, 0.47), (0.15, 0.55, -0.8), (0, 0.8, 0.55), poses.FLAT),
        Key(0.12, (x, 0.18, 0.47), (0.15, 0.6, -0.8), (0, 0.8, 0.55), poses.FLAT),
    ]


def _swipe_up(rng: np.random.Generator) -> list[Key]:
    x = rng.uniform(-0.18, -0.06)
    return [
        Key(0, (x, 0.17, 0.48), (0.25, 0.25, -0.9), (0.1, -0.9, -0.3), poses.FLAT),
        Key(rng.uniform(0, 0.15) + 0.05, (x, 0.175, 0.48), (0.25, 0.3, -0.9), (0.1, -0.9, -0.3), poses.FLAT),
        Key(0.22, (x, 0.0, 0.45), (0.15, -0.4, -0.8), (0.1, -0.8, 0.4), poses.FLAT, True),
        Key(0.22, (x, -0.16, 0.50), (0.0, -1, 0.1), (0.1, -0.1, 1), poses.FLAT),
        Key(0.12, (x, -0.17, 0.50), (0.0, -1, 0.15), (0.1, -0.1, 1), poses.FLAT),
    ]


def _push(shape: Floats, palm: Vector, near: float = 0.34) -> Stroke:
    """From the chest towards the camera."""

    def stroke(rng: np.random.Generator) -> list[Key]:
        x, y = rng.uniform(-0.14, -0.04), rng.uniform(0.0, 0.05)
        back, front = (x - 0.03, y + 0.02, 0.60), (x, y - 0.02, near)
        return [
            Key(0, back, (0.05, -1, 0.1), palm, shape),
            Key(rng.uniform(0.05, 0.2), back, (0.05, -1, 0.1), palm, shape),
            Key(0.55, front, (0.05, -1, -0.15), palm, shape),
            Key(rng.uniform(0.1, 0.35), front, (0.05, -1, -0.15), palm, shape),
        ]

    return stroke


def _pull(shape: Floats, palm: Vector, near: float = 0.34) -> Stroke:
    """The same way back."""
    push = _push(shape, palm, near)
    return lambda rng: reverse(push(rng))


def reverse(stroke: Sequence[Key]) -> list[Key]:
    """The same stroke backwards in time."""
    waits = [0.0, *(key.after_s for key in stroke[:0:-1])]
    return [replace(key, after_s=wait) for key, wait in zip(reversed(stroke), waits, strict=True)]


def _slide(start: Vector, end: Vector, fingers_start: Vector, fingers_end: Vector, palm: Vector) -> Stroke:
    """Two stretched fingers from one place to another."""

    def stroke(rng: np.random.Generator) -> list[Key]:
        time = rng.uniform(0.4, 0.6)
        return [
            Key(0, start, fingers_start, palm, poses.TWO_FINGERS),
            Key(rng.uniform(0.08, 0.25), start, fingers_start, palm, poses.TWO_FINGERS),
            Key(time, end, fingers_end, palm, poses.TWO_FINGERS),
            Key(rng.uniform(0.1, 0.3), end, fingers_end, palm, poses.TWO_FINGERS),
        ]

    return stroke


def _roll(direction: int) -> Stroke:
    """Circles in front of the chest; direction 1 is forward: over the top towards the camera."""

    def stroke(rng: np.random.Generator) -> list[Key]:
        turns, period = int(rng.integers(2, 4)), rng.uniform(0.55, 0.8)
        x, y, radius = rng.uniform(-0.10, -0.02), rng.uniform(0.0, 0.06), rng.uniform(0.06, 0.09)
        keys = []
        for k in range(8 * turns + 1):
            angle = direction * 2 * np.pi * k / 8
            up, ahead = np.cos(angle), np.sin(angle)
            at = (x, y - radius * up, 0.50 - radius * ahead)
            fingers = (0.9, -0.35 * ahead, -0.25 + 0.35 * up)
            palm = (0.1, 0.9 * ahead + 0.3, 0.9 * up)
            keys.append(Key(period / 8 if k else 0, at, fingers, palm, poses.RELAXED, True))
        return keys

    return stroke


def _turn(direction: int) -> Stroke:
    """The forearm turns the hand; direction 1 is clockwise as the performer sees it."""

    def stroke(rng: np.random.Generator) -> list[Key]:
        at = (rng.uniform(-0.16, -0.06), rng.uniform(-0.02, 0.05), 0.48)
        low, high = (-1.45 + rng.uniform(-0.1, 0.3), 1.35 + rng.uniform(-0.3, 0.2))
        lift = rng.uniform(0.4, 1.5)
        keys = []
        for k, angle in enumerate(np.linspace(low, high, 5)):
            palm = (np.cos(angle), -np.sin(angle) * 0.7, np.sin(angle) * 0.7 * lift)
            keys.append(Key(0.16 if k else 0, at, (0.0, -lift, -0.7), palm, poses.CLAW, 0 < k < 4))
        keys.insert(0, replace(keys[0]))
        keys[1] = replace(keys[1], after_s=0.12)
        keys.append(replace(keys[-1], after_s=0.2))
        return keys if direction > 0 else reverse(keys)

    return stroke


def _zoom(closed: Floats, opened: Floats, opening: bool, palm: Vector) -> Stroke:
    """Thumb and fingers part or close."""

    def stroke(rng: np.random.Generator) -> list[Key]:
        at, fingers = (rng.uniform(-0.14, -0.02), rng.uniform(-0.03, 0.05), 0.47), (0.25, -1.0, -0.25)
        keys = [
            Key(0, at, fingers, palm, closed),
            Key(rng.uniform(0.15, 0.3), at, fingers, palm, closed),
            Key(rng.uniform(0.4, 0.6), at, fingers, palm, opened),
            Key(rng.uniform(0.15, 0.4), at, fingers, palm, opened),
        ]
        return keys if opening else reverse(keys)

    return stroke


def _hold(shape: Floats, fingers: Vector, palm: Vector, height: float) -> Stroke:
    """Show the hand and keep it there."""

    def stroke(rng: np.random.Generator) -> list[Key]:
        at = (rng.uniform(-0.16, -0.04), height + rng.uniform(-0.02, 0.03), rng.uniform(0.42, 0.50))
        near = (at[0], at[1], at[2] - 0.02)
        return [Key(0, at, fingers, palm, shape), Key(rng.uniform(0.9, 1.5), near, fingers, palm, shape)]

    return stroke


def _shake(rng: np.random.Generator) -> list[Key]:
    """Wave from side to side."""
    x, y, wide = rng.uniform(-0.14, -0.06), rng.uniform(-0.04, 0.02), rng.uniform(0.04, 0.09)
    half = rng.uniform(0.13, 0.20)
    keys = []
    for k in range(int(rng.integers(6, 9))):
        side = 1 if k % 2 else -1
        fingers = (0.45 * side, -1, -0.1)
        keys.append(Key(half if k else 0, (x + side * wide, y, 0.48), fingers, (0.15 * side, 0, -1), poses.OPEN))
    return keys


def _drum(rng: np.random.Generator) -> list[Key]:
    """Tap with one finger after the other, the hand level."""
    at = (rng.uniform(-0.10, 0.0), rng.uniform(0.02, 0.09), 0.47)
    beat = rng.uniform(0.07, 0.11)
    keys = []
    for k in range(int(rng.integers(14, 22))):
        tapping = np.array([0.28 + 0.55 * (k % 4 == 3 - finger) for finger in range(4)])
        curls = tuple((70 * c, 30 * c + 8, 15 * c + 4) for c in tapping)
        shape = poses.pose(curls, (6, 1, -3, -8), (44, 30, 10, 10))
        keys.append(Key(beat if k else 0, at, (0.55, 0.1, -0.8), (0, 1, -0.1), shape, True))
    return keys


def _nothing(rng: np.random.Generator) -> list[Key]:
    """The hand stays on the lap."""
    del rng
    return []


_PLACES: tuple[tuple[Vector, Vector, Vector], ...] = (
    ((-0.03, -0.10, 0.70), (0.5, -1, 0.4), (0.4, 0, 1)),
    ((-0.02, 0.02, 0.68), (0.6, -0.8, 0.5), (0.5, 0.3, 1)),
    ((-0.12, -0.06, 0.74), (0.3, -1, 0.4), (1, 0, 0.5)),
    ((0.12, 0.20, 0.64), (1, -0.2, 0.1), (0, 0.3, 1)),
    ((-0.08, 0.22, 0.62), (0.3, -0.2, -1), (0, 1, -0.2)),
    ((-0.30, 0.05, 0.45), (-0.4, -0.4, -1), (0.3, 0.8, -0.4)),
    ((0.02, 0.12, 0.40), (0.3, -0.5, -1), (0.2, 0.8, -0.6)),
)
"""Head, mouth, ear, other arm, keyboard, something beside the camera, the camera's own desk: place, fingers, palm."""


def _other(rng: np.random.Generator) -> list[Key]:
    """Scratch, drink, reach, type: go to one or two places that mean nothing and fidget there."""
    keys: list[Key] = []
    for place in rng.choice(len(_PLACES), int(rng.integers(1, 3)), replace=False):
        at, fingers, palm = _PLACES[place]
        shape = (poses.RELAXED, poses.FIST, poses.CLAW, poses.BEAK_CLOSED)[rng.integers(4)]
        for k in range(int(rng.integers(2, 6))):
            where = _vector(np.asarray(at) + rng.normal(0, 0.012, 3))
            keys.append(Key(rng.uniform(0.12, 0.3) if k else 0.5, where, fingers, palm, shape))
    return [replace(keys[0], after_s=0.0), *keys[1:]]


_TO_CAMERA: Vector = (0.1, 0.0, -1.0)
_ASIDE: Vector = (0.6, 0.1, -0.8)
_STROKES: dict[str, Stroke] = {
    "Doing other things": _other,
    "Drumming Fingers": _drum,
    "No gesture": _nothing,
    "Pulling Hand In": _pull(poses.OPEN, _TO_CAMERA),
    "Pulling Two Fingers In": _pull(poses.TWO_FINGERS, _TO_CAMERA),
    "Pushing Hand Away": _push(poses.OPEN, _TO_CAMERA),
    "Pushing Two Fingers Away": _push(poses.TWO_FINGERS, _TO_CAMERA),
    "Rolling Hand Backward": _roll(-1),
    "Rolling Hand Forward": _roll(1),
    "Shaking Hand": _shake,
    "Sliding Two Fingers Down": _slide(
        (-0.08, -0.12, 0.46), (-0.08, 0.15, 0.46), (0.2, -0.9, -0.4), (0.3, 0.1, -0.9), (0.1, 0.6, -0.8)
    ),
    "Sliding Two Fingers Left": _slide(
        (-0.20, 0.0, 0.48), (0.14, 0.0, 0.47), (-0.2, -1, -0.2), (0.5, -0.9, -0.2), (0.4, 0, -0.9)
    ),
    "Sliding Two Fingers Right": _slide(
        (0.10, 0.0, 0.47), (-0.24, 0.0, 0.48), (0.4, -1, -0.2), (-0.3, -0.9, -0.2), (0.4, 0, -0.9)
    ),
    "Sliding Two Fingers Up": _slide(
        (-0.08, 0.15, 0.46), (-0.08, -0.12, 0.46), (0.3, 0.1, -0.9), (0.2, -0.9, -0.4), (0.1, 0.6, -0.8)
    ),
    "Stop Sign": _hold(poses.FLAT, (0.08, -1, -0.05), _TO_CAMERA, 0.0),
    "Swiping Down": _swipe_down,
    "Swiping Left": _swipe_left,
    "Swiping Right": _swipe_right,
    "Swiping Up": _swipe_up,
    "Thumb Down": _hold(poses.THUMB, (0.9, 0.1, -0.45), (-0.4, -0.1, -1), 0.05),
    "Thumb Up": _hold(poses.THUMB, (0.9, -0.1, -0.45), (0.4, 0.1, 1), 0.05),
    "Turning Hand Clockwise": _turn(1),
    "Turning Hand Counterclockwise": _turn(-1),
    "Zooming In With Full Hand": _zoom(poses.BEAK_CLOSED, poses.BEAK_OPEN, True, _ASIDE),
    "Zooming In With Two Fingers": _zoom(poses.PINCH_CLOSED, poses.PINCH_OPEN, True, _ASIDE),
    "Zooming Out With Full Hand": _zoom(poses.BEAK_CLOSED, poses.BEAK_OPEN, False, _ASIDE),
    "Zooming Out With Two Fingers": _zoom(poses.PINCH_CLOSED, poses.PINCH_OPEN, False, _ASIDE),
}
LABELS = tuple(sorted(_STROKES))
"""Jester's 27 labels in alphabetical order."""
