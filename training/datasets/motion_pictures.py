"""Draws the pictures of `motions`: a hand over a dim room of random colours, moving distractors, and noise."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image

FRACTION = 4
"""Fractional bits of the coordinates passed to OpenCV."""
FINGERS = ((-0.55, 1.9), (-0.18, 2.2), (0.18, 2.1), (0.55, 1.8), (1.3, 1.6))
"""Each finger's angle from the hand's axis in radians and length in palm radii, the thumb last."""


def draw_pictures(
    hand: NDArray[np.float64], distractor_steps: Iterable[int], size: int, rng: np.random.Generator
) -> Image:
    """Draw a cycle of pictures, uint8 [T, size, size, 3] RGB.

    Args:
        hand: [T, 3], x, y and size in each picture, in sides of the picture; size 0 hides it.
        distractor_steps: step of each distractor on its own cycle.
        size: side in pixels.
        rng: for the room, colours, shapes and noise.
    """
    frames = len(hand)
    pictures = np.repeat(_room(size, rng)[None], frames, 0)
    for step in distractor_steps:
        _draw_distractor(pictures, step, rng)
    _draw_hand(pictures, hand + rng.normal(0, 0.008, hand.shape) * (hand[:, 2:] > 0), rng)
    light = rng.normal(1, 0.03, (frames, 1, 1, 1)).astype(np.float32)
    noise = rng.standard_normal((frames, size, size, 1), np.float32) * np.float32(rng.uniform(2, 10))
    return np.clip(pictures * light + noise, 0, 255).astype(np.uint8)


def _room(size: int, rng: np.random.Generator) -> Image:
    """Patches of random colours around one colour, blurred or with sharp edges."""
    rows, columns = rng.integers(2, 6, 2)
    patches = rng.uniform(20, 130, 3) + rng.uniform(5, 40) * rng.standard_normal((rows, columns, 3))
    how = cv2.INTER_NEAREST if rng.random() < 0.3 else cv2.INTER_CUBIC
    return cv2.resize(patches.clip(0, 255).astype(np.uint8), (size, size), interpolation=how).astype(
        np.uint8, copy=False
    )


def _draw_distractor(pictures: Image, step: int, rng: np.random.Generator) -> None:
    """Draw a box or a disc that moves on an ellipse."""
    frames, size = pictures.shape[:2]
    angles = rng.uniform(0, 2 * np.pi) + 2 * np.pi * step * np.arange(frames) / frames
    x, y = rng.uniform(0.1, 0.9, 2)
    reach = rng.uniform(0.05, 0.35, 2)
    half = rng.uniform(0.05, 0.13) * size
    colour = rng.integers(0, 200, 3).tolist()
    box = rng.random() < 0.5
    for picture, angle in zip(pictures, angles, strict=True):
        centre = np.array([x + reach[0] * np.cos(angle), y + reach[1] * np.sin(angle)]) * size
        if box:
            cv2.rectangle(
                picture, _fixed(*(centre - half)), _fixed(*(centre + half)), colour, -1, cv2.LINE_AA, FRACTION
            )
        else:
            cv2.circle(picture, _fixed(*centre), _fixed(half)[0], colour, -1, cv2.LINE_AA, FRACTION)


def _draw_hand(pictures: Image, hand: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Draw a palm with fingers, about upright, in a bright skin colour."""
    size = pictures.shape[1]
    angles, reaches = np.array(FINGERS).T
    ways = rng.normal(-np.pi / 2, 0.3) + rng.choice((-1, 1)) * angles  # the picture's y points down
    tips = reaches[:, None] * np.stack([np.cos(ways), np.sin(ways)], 1)
    fingers = np.stack([np.zeros_like(tips), tips], 1)  # [5, 2, 2]: from the palm's middle to the tip, x and y
    colour = (rng.uniform(190, 255) * np.array([1, rng.uniform(0.65, 0.85), rng.uniform(0.45, 0.7)])).tolist()
    for picture, (x, y, radius) in zip(pictures, hand * size, strict=True):
        if radius <= 0:
            continue
        palm, thick = radius * 0.5, max(1, round(radius * 0.25))
        lines = np.round((fingers * palm + (x, y)) * (1 << FRACTION)).astype(np.int32)
        cv2.polylines(picture, list(lines), False, colour, thick, cv2.LINE_AA, FRACTION)
        cv2.circle(picture, _fixed(x, y), _fixed(palm)[0], colour, -1, cv2.LINE_AA, FRACTION)


def _fixed(*coordinates: float) -> tuple[int, ...]:
    """Coordinates in pixels as fixed-point integers."""
    return tuple(round(float(value) * (1 << FRACTION)) for value in coordinates)
