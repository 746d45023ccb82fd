"""Interpolation of a hand's key frames with minimum jerk."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthetic.cones import Reals, unit

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class KeyFrame:
    """Position, orientation and pose of the right hand at one moment."""

    after_s: float
    """Seconds since the previous key frame."""
    at: Vector
    """Middle of the palm, metres: x right in the picture, y down, z away from the camera."""
    fingers: Vector
    """Direction of straight fingers; any length."""
    palm: Vector
    """Normal of the palm; any length, made orthogonal to the fingers."""
    pose: Reals
    """[POSE_SIZE], radians."""
    through: bool = False
    """Whether the hand passes without stopping."""
    elbow: float = 0.0
    """Position of the elbow: 0 hangs, 1 is held out sideways."""


@dataclass(frozen=True, slots=True, eq=False)
class HandPath:
    """A right hand at S moments."""

    at: Reals
    """Middle of the palm, [S, 3], metres."""
    axes: Reals
    """[S, 3, 3], rows: towards the thumb, along the fingers, out of the palm."""
    pose: Reals
    """[S, POSE_SIZE], radians."""
    elbow: Reals
    """[S], 0 hangs, 1 is held out sideways."""


def follow(keys: Sequence[KeyFrame], times_s: NDArray[np.float64]) -> HandPath:
    """The hand at the given times.

    Between two key frames at rest every coordinate moves with minimum jerk, as in human reaching: the quintic with zero
    speed and acceleration at both ends. A key frame with `through` has the mean speed between its neighbours.

    Args:
        keys: at least one; the first is at its `after_s`.
        times_s: [S] seconds, any order; the hand does not move before the first key frame and after the last.
    """
    knots = np.cumsum([key.after_s for key in keys])
    values = np.array([[*key.at, *unit(key.fingers), *unit(key.palm), key.elbow, *key.pose] for key in keys])
    speeds = np.zeros_like(values)
    for k in range(1, len(keys) - 1):
        if keys[k].through:
            speeds[k] = (values[k + 1] - values[k - 1]) / (knots[k + 1] - knots[k - 1])
    path = _quintic(knots, values, speeds, np.clip(times_s, knots[0], knots[-1]))
    return HandPath(path[:, :3], _axes(path[:, 3:6], path[:, 6:9]), path[:, 10:], path[:, 9])


def _quintic(
    knots: NDArray[np.float64], values: NDArray[np.float64], speeds: NDArray[np.float64], times_s: NDArray[np.float64]
) -> Reals:
    """Quintic Hermite interpolation with no acceleration at the knots: [S, C]."""
    if len(knots) == 1:
        return np.repeat(values, len(times_s), 0).astype(np.float32)
    k = np.clip(np.searchsorted(knots, times_s, side="right") - 1, 0, len(knots) - 2)
    span = (knots[k + 1] - knots[k])[:, None]
    t = (times_s[:, None] - knots[k, None]) / span
    rise = t**3 * (10 - 15 * t + 6 * t * t)
    leave = t - 6 * t**3 + 8 * t**4 - 3 * t**5
    arrive = -4 * t**3 + 7 * t**4 - 3 * t**5
    move = values[k] + (values[k + 1] - values[k]) * rise
    return (move + span * (leave * speeds[k] + arrive * speeds[k + 1])).astype(np.float32)


def _axes(fingers: Reals, palm: Reals) -> Reals:
    """Orthonormal axes from two approximate directions: [S, 3, 3]."""
    along = unit(fingers)
    out = unit(palm - along * (along * palm).sum(1, keepdims=True))
    return np.stack([np.cross(along, out), along, out], 1).astype(np.float32)
