"""Where pictures move: a small map of what changed between two of them, and the mean place and spread of such a map."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image

ROWS = 48
"""Of the small picture in which movement is measured."""
NOISE = 8.0
"""Levels, of 255, by which a pixel changes without anything moving."""

Map = NDArray[np.float32]
"""float32 [rows, columns] of the small picture."""


@dataclass(frozen=True, slots=True)
class MovingArea:
    """Where a picture moves, in pixels."""

    x: float
    """Mean place."""
    y: float
    spread: float
    """Standard deviation around it, the larger of the two directions'."""


def thinned(image: Image, least: int) -> Image:
    """Every n-th pixel of a picture, so that its shorter side keeps at least three times the input size.

    Shrinking all of a large picture would cost more than looking at it.
    """
    step = max(1, min(image.shape[:2]) // (3 * max(1, least)))
    return image if step == 1 else np.ascontiguousarray(image[::step, ::step])


def small_picture(image: Image) -> Map:
    """A picture of `ROWS` rows, float32 [rows, columns, 3], to compare with the next one."""
    columns = max(1, round(ROWS * image.shape[1] / image.shape[0]))
    return np.asarray(cv2.resize(thinned(image, ROWS), (columns, ROWS), interpolation=cv2.INTER_AREA), np.float32)


def change(before: Map, now: Map) -> Map:
    """By how many levels more than noise each pixel of two small pictures differs, float32 [rows, columns]."""
    return np.asarray(np.maximum(np.abs(now - before).max(2) - NOISE, 0), np.float32)


def moving_area(movement: Map, rows: int, columns: int) -> MovingArea:
    """The mean place and the spread of a map in which something moved, in pixels of a picture of this size."""
    weights = movement / movement.sum()
    y, x = np.indices(weights.shape) + 0.5
    mean_x, mean_y = float((weights * x).sum()), float((weights * y).sum())
    spread = np.sqrt(max((weights * (x - mean_x) ** 2).sum(), (weights * (y - mean_y) ** 2).sum()))
    down, across = rows / weights.shape[0], columns / weights.shape[1]
    return MovingArea(mean_x * across, mean_y * down, float(spread) * down)
