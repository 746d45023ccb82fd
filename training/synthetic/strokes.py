"""Strokes: the gestures themselves, without arrival and departure, as motions of a right hand. Lengths in metres."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from training.synthetic import pose as poses
from training.synthetic.cones import Reals
from training.synthetic.keyframes import KeyFrame, Vector

Stroke = Callable[[np.random.Generator], Sequence[KeyFrame]]
"""Samples one performance; the hand arrives at its first key frame, whose time is not used."""

TO_CAMERA: Vector = (0.1, 0.0, -1.0)
TO_SELF: Vector = (0.1, 0.0, 1.0)
ASIDE: Vector = (0.6, 0.1, -0.8)
_HABITS: tuple[tuple[Vector, Vector, Vector, Vector], ...] = (
    ((-0.06, -0.22, 0.80), (0.6, -0.7, 0.2), (0.5, 0.6, 0.5), (0.030, 0.010, 0)),
    ((-0.03, -0.10, 0.74), (0.5, -1.0, 0.4), (0.4, 0, 1), (0.010, 0.005, 0)),
    ((-0.12, -0.14, 0.84), (0.4, -0.9, 0.5), (1, 0.2, 0.2), (0.010, 0.025, 0)),
    ((-0.10, -0.06, 0.80), (0.3, -1.0, 0.4), (1, 0, 0.3), (0, 0.020, 0)),
    ((-0.02, 0.00, 0.72), (0.6, -0.8, 0.5), (0.5, 0.3, 1), (0.005, 0.015, 0)),
    ((-0.02, 0.06, 0.74), (0.5, -0.8, 0.5), (0.3, 0.3, 1), (0.020, 0.005, 0)),
    ((-0.07, 0.08, 0.80), (0.7, -0.6, 0.5), (0.5, 0, 1), (0.020, 0.020, 0)),
    ((0.03, 0.15, 0.72), (1, -0.4, 0.1), (0, 0, 1), (0.030, 0.020, 0)),
    ((0.14, 0.18, 0.66), (1, -0.2, 0.1), (0, 0.3, 1), (0.030, 0.030, 0)),
    ((-0.08, 0.19, 0.56), (0.3, -0.2, -1), (0, 1, -0.2), (0.030, 0.010, 0)),
    ((0.02, 0.14, 0.40), (0.3, -0.5, -1), (0.2, 0.8, -0.6), (0.030, 0.020, 0)),
    ((-0.28, 0.08, 0.45), (-0.4, -0.4, -1), (0.3, 0.8, -0.4), (0.020, 0.020, 0)),
)
"""Scratch the head, adjust glasses, smooth hair, rub an ear, drink, rub the chin, the neck, the chest, the other arm,
type, point about the screen, reach past the camera: position, fingers, palm, amplitude of the motion."""


def flat_hand(at: Vector, fingers: Vector, palm: Vector) -> KeyFrame:
    """A key frame of the flat hand."""
    return KeyFrame(0.0, at, fingers, palm, poses.FLAT)


def reverse(stroke: Sequence[KeyFrame]) -> list[KeyFrame]:
    """Reverse a stroke in time."""
    waits = [0.0, *(key.after_s for key in stroke[:0:-1])]
    return [replace(key, after_s=wait) for key, wait in zip(reversed(stroke), waits, strict=True)]


def backwards(stroke: Stroke) -> Stroke:
    """The time-reversed gesture."""
    return lambda rng: reverse(stroke(rng))


def one_of(*strokes: Stroke) -> Stroke:
    """Choose one of several ways to perform a gesture at random."""
    return lambda rng: strokes[rng.integers(len(strokes))](rng)


def _framed(moves: Sequence[KeyFrame], before_s: float, after_s: float) -> list[KeyFrame]:
    """Add a pause before and after the moves."""
    return [moves[0], replace(moves[0], after_s=before_s), *moves[1:], replace(moves[-1], after_s=after_s)]


def swipe(start: KeyFrame, middle: KeyFrame, end: KeyFrame) -> Stroke:
    """Sweep the flat hand through the picture."""

    def stroke(rng: np.random.Generator) -> list[KeyFrame]:
        half, aside = rng.uniform(0.18, 0.27), np.array([rng.uniform(-0.04, 0.04), rng.uniform(-0.02, 0.02), 0])
        keys = [replace(start, after_s=0.0), replace(middle, after_s=half, through=True), replace(end, after_s=half)]
        keys = [replace(key, at=vector(key.at + aside)) for key in keys]
        return _framed(keys, rng.uniform(0.08, 0.3), rng.uniform(0.08, 0.25))

    return stroke


def approach(shape: Reals, palm: Vector, near: float, far: float) -> Stroke:
    """Move the hand from the chest towards the camera."""

    def stroke(rng: np.random.Generator) -> list[KeyFrame]:
        x, y = rng.uniform(-0.14, -0.04), rng.uniform(0.0, 0.05)
        back = KeyFrame(0, (x - 0.03, y + 0.02, far), (0.1, -1, 0.0), palm, shape)
        front = KeyFrame(rng.uniform(0.5, 0.8), (x, y - 0.02, near), (0.1, -1, -0.15), palm, shape)
        return _framed([back, front], rng.uniform(0.2, 0.4), rng.uniform(0.2, 0.4))

    return stroke


def slide(start: Vector, end: Vector, fingers: tuple[Vector, Vector], palm: Vector) -> Stroke:
    """Move two stretched fingers from one place to another."""

    def stroke(rng: np.random.Generator) -> list[KeyFrame]:
        first = KeyFrame(0, start, fingers[0], palm, poses.TWO_FINGERS)
        last = KeyFrame(rng.uniform(0.4, 0.75), end, fingers[1], palm, poses.TWO_FINGERS)
        return _framed([first, last], rng.uniform(0.1, 0.3), rng.uniform(0.1, 0.3))

    return stroke


def roll(rng: np.random.Generator) -> list[KeyFrame]:
    """Circle in front of the chest with the forearm across it: towards the camera at the top, back at the bottom."""
    turns = int(rng.integers(1, 3))
    period = rng.uniform(1.1, 1.5) if turns == 1 else rng.uniform(0.75, 0.95)
    x, y, radius = rng.uniform(-0.04, 0.04), rng.uniform(0.0, 0.06), rng.uniform(0.115, 0.145)
    keys = []
    for angle in np.linspace(-np.pi / 2, 2 * np.pi * turns - np.pi / 2, 8 * turns + 1):
        up, ahead = np.cos(angle), np.sin(angle)
        at = (x, y - 0.8 * radius * up, 0.48 - radius * ahead)
        fingers, palm = (1, -0.4 * up, -0.1 - 0.4 * ahead), (0, 0.7 + 0.4 * ahead, 0.7 + 0.4 * up)
        keys.append(KeyFrame(period / 8, at, fingers, palm, poses.FLAT, through=True, elbow=0.9))
    keys[0], keys[-1] = replace(keys[0], after_s=0.0, through=False), replace(keys[-1], through=False)
    return _framed(keys, rng.uniform(0.1, 0.35), rng.uniform(0.1, 0.3))


def turn(fingers: Vector, palm: Vector, takes_s: float, wait_s: float) -> Stroke:
    """Turn the hand clockwise, as seen by the performer, with a pause at both ends.

    Args:
        fingers: direction half way.
        palm: normal half way.
        takes_s: duration of the turn.
        wait_s: duration of each pause.
    """

    def stroke(rng: np.random.Generator) -> list[KeyFrame]:
        at = (rng.uniform(-0.12, -0.01), rng.uniform(0.0, 0.05), rng.uniform(0.45, 0.49))
        shape = poses.OPEN if rng.random() < 0.85 else poses.RELAXED
        middle, half = rng.uniform(-8, 8), rng.uniform(44, 60)
        step_s = takes_s / 4 * rng.uniform(0.85, 1.15)
        keys = [
            KeyFrame(step_s, at, _turned(fingers, angle), _turned(palm, angle), shape, through=True)
            for angle in np.radians(np.linspace(middle - half, middle + half, 5))
        ]
        keys[0], keys[-1] = replace(keys[0], after_s=0.0, through=False), replace(keys[-1], through=False)
        return _framed(keys, *wait_s * rng.uniform(0.6, 1.4, 2))

    return stroke


def _turned(direction: Vector, angle: float) -> Vector:
    """Rotate a direction about the camera's axis, clockwise as seen from behind the hand; radians."""
    x, y, z = direction
    return vector(np.array([np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x, z]))


def spread(closed: Reals, opened: Reals) -> Stroke:
    """Move thumb and fingers apart."""

    def stroke(rng: np.random.Generator) -> list[KeyFrame]:
        at = (rng.uniform(-0.14, -0.02), rng.uniform(-0.03, 0.05), 0.47)
        first = KeyFrame(0, at, (0.25, -1.0, -0.25), ASIDE, closed)
        last = replace(first, after_s=rng.uniform(0.4, 0.6), pose=opened)
        return _framed([first, last], rng.uniform(0.3, 0.55), rng.uniform(0.25, 0.45))

    return stroke


def show(shape: Reals, fingers: Vector, palm: Vector, dip: float = 0.0, elbow: float = 0.0) -> Stroke:
    """Hold the hand still; `dip` is how far it sinks first."""

    def stroke(rng: np.random.Generator) -> list[KeyFrame]:
        at = np.array([rng.uniform(-0.14, -0.03), rng.uniform(-0.02, 0.04), rng.uniform(0.43, 0.53)])
        sink = np.array([0, dip * rng.uniform(0.5, 1.2), 0])
        keys = [KeyFrame(0, vector(at - sink), fingers, palm, shape, elbow=elbow)]
        if dip:
            keys.append(replace(keys[0], after_s=rng.uniform(0.2, 0.3), at=vector(at + 0.2 * sink)))
        held = replace(keys[0], after_s=rng.uniform(1.0, 1.6), at=vector(at - np.array([0, 0, 0.02])))
        return [*keys, held]

    return stroke


def shake(rng: np.random.Generator) -> list[KeyFrame]:
    """Wave from side to side."""
    x, y, wide = rng.uniform(-0.14, -0.06), rng.uniform(-0.04, 0.02), rng.uniform(0.04, 0.09)
    half = rng.uniform(0.13, 0.20)
    return [
        KeyFrame(
            half if k else 0, (x + side * wide, y, 0.48), (0.45 * side, -1, -0.1), (0.15 * side, 0, -1), poses.OPEN
        )
        for k, side in enumerate([-1, 1] * int(rng.integers(3, 5)))
    ]


def drum(fingers: Vector, palm: Vector, depth: float) -> Stroke:
    """Tap with the fingers one after another."""

    def stroke(rng: np.random.Generator) -> list[KeyFrame]:
        at = (rng.uniform(-0.10, -0.02), rng.uniform(0.0, 0.06), 0.47)
        beat = rng.uniform(0.07, 0.11)
        keys = []
        for k in range(round(rng.uniform(1.3, 1.9) / beat)):
            bent = 0.22 + depth * (np.arange(4) == 3 - k % 4)
            flexion = tuple((70 * bend, 30 * bend + 8, 15 * bend + 4) for bend in bent)
            shape = poses.pose(flexion, (6, 1, -3, -8), (44, 30, 10, 10))
            keys.append(KeyFrame(beat if k else 0, at, fingers, palm, shape, through=True))
        return keys

    return stroke


def nothing(rng: np.random.Generator) -> list[KeyFrame]:
    """Leave the hand on the lap."""
    del rng
    return []


def something_else(rng: np.random.Generator) -> list[KeyFrame]:
    """Scratch, drink, reach, type: one or two movements that are no gesture."""
    keys: list[KeyFrame] = []
    habits = rng.choice(len(_HABITS), 1 + int(rng.random() < 0.3), replace=False)
    for habit in habits:
        at, fingers, palm, sway = (np.array(direction) for direction in _HABITS[habit])
        shape = (poses.RELAXED, poses.FIST, poses.CLAW, poses.BEAK_CLOSED)[rng.integers(4)]
        at = at + rng.normal(0, 0.012, 3)
        half_s = rng.uniform(0.12, 0.3)
        for k in range(round(rng.uniform(1.2, 2.0) / len(habits) / half_s)):
            where = at + (-1) ** k * rng.uniform(0.6, 1.2) * sway
            keys.append(KeyFrame(half_s if k else 0.5, vector(where), vector(fingers), vector(palm), shape))
    return [replace(keys[0], after_s=0.0), *keys[1:]]


def vector(values: Reals) -> Vector:
    """Convert to a tuple of three floats."""
    x, y, z = (float(value) for value in values)
    return x, y, z
