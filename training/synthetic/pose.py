"""The joint angles of a hand, and the poses that the gestures use."""

import numpy as np

from training.synthetic.cones import Reals

FINGERS = ("index", "middle", "ring", "little")
POSE_SIZE = 4 * 4 + 4
"""Per finger: flexion of its three joints and abduction; then the thumb's four angles. Radians."""


def pose(
    flexion: tuple[tuple[float, float, float], ...],
    spread: tuple[float, float, float, float],
    thumb: tuple[float, float, float, float],
) -> Reals:
    """Build a pose from degrees.

    Args:
        flexion: index to little finger, each from the knuckle outwards; 0 is straight, 90 is bent at a right angle.
        spread: index to little finger, positive towards the thumb.
        thumb: abduction (0 along the fingers, 90 at a right angle), angle out of the palm's plane, and the flexion of
            its two outer joints.

    Returns:
        float32 [POSE_SIZE], radians.
    """
    fingers = np.concatenate([np.array(flexion), np.array(spread)[:, None]], 1)
    return np.asarray(np.radians(np.concatenate([fingers.ravel(), thumb])), np.float32)


def fingers(index: float, middle: float, ring: float, little: float) -> tuple[tuple[float, float, float], ...]:
    """Flexions from one number per finger: 0 straight, 1 curled into the palm."""
    return tuple((80 * curl + 4, 100 * curl + 6, 60 * curl + 4) for curl in (index, middle, ring, little))


RELAXED = pose(fingers(0.18, 0.22, 0.27, 0.32), (5, 1, -3, -8), (38, 28, 12, 14))
OPEN = pose(fingers(0.02, 0.02, 0.02, 0.03), (9, 2, -5, -13), (50, 12, 4, 0))
FLAT = pose(fingers(0.03, 0.03, 0.03, 0.04), (2, 0, -1, -4), (26, 14, 8, 8))
FIST = pose(fingers(0.97, 1.0, 1.0, 0.97), (0, 0, 0, 0), (34, 42, 42, 38))
THUMB = pose(fingers(1.03, 1.08, 1.08, 1.06), (0, 0, 0, 0), (80, -6, -10, -18))
THUMB_UP = pose(fingers(1.03, 1.08, 1.08, 1.06), (0, 0, 0, 0), (60, 8, -14, -18))
TWO_FINGERS = pose(fingers(0.02, 0.02, 0.95, 0.95), (4, -1, 0, 0), (26, 46, 48, 38))
PINCH_OPEN = pose(fingers(0.08, 0.95, 0.98, 0.98), (6, 0, 0, 0), (62, 22, 0, -6))
PINCH_CLOSED = pose(((52, 42, 22), (78, 98, 60), (80, 100, 60), (80, 100, 60)), (0, 0, 0, 0), (40, 48, 16, 22))
BEAK_OPEN = pose(fingers(0.04, 0.04, 0.05, 0.07), (8, 2, -4, -10), (64, 30, 0, -4))
BEAK_CLOSED = pose(((58, 28, 14), (60, 28, 14), (62, 28, 14), (64, 28, 14)), (2, 0, -2, -6), (32, 58, 10, 18))
CLAW = pose(((28, 48, 26), (28, 48, 26), (28, 48, 26), (28, 48, 26)), (10, 3, -5, -13), (52, 36, 22, 22))
