"""What is done to a clip's pictures: one crop, one colour, one side for all of them, drawn once a clip."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.random import Generator

from models.frame import Image
from training.errors import DataError
from training.jester import mirrored

SCALES = (1.0, 0.875, 0.75, 0.66)
"""Sides of a crop, in shorter sides of the picture; a row of it is at most one step from square (TSN)."""
POSITIONS = ((0, 0), (4, 0), (0, 4), (4, 4), (2, 2), (0, 2), (4, 2), (2, 0), (2, 4), (1, 1), (3, 1), (1, 3), (3, 3))
"""Where a crop may lie, right and down, in quarters of the room it has: corners, middles, and half way (TSN)."""
MARGIN = 256 / 224
"""The shorter side that a centre crop is cut from, in sides of the crop."""
LUMA = np.array([0.299, 0.587, 0.114])
"""How much red, green and blue there is in grey (ITU-R BT.601)."""
SIDE_WORDS = {"left", "right", "clockwise", "counterclockwise"}
"""Words that a mirrored label cannot keep."""


class Transform(Protocol):
    """What is done to a clip."""

    @property
    def shortest(self) -> int | None:
        """To how many pixels the shorter side should be scaled when the pictures are read; None leaves them."""

    def __call__(self, pictures: Image, label: int, rng: Generator) -> tuple[Image, int]:
        """Make pictures, uint8 [T, H, W, 3], into uint8 [T, size, size, 3], and say which label they have then."""


@dataclass(frozen=True, slots=True)
class Augment:
    """For training: a crop of many sizes and places, other colours, sometimes the mirrored side."""

    size: int
    """Pixels of the result's side."""
    mirror: tuple[int, ...] | None = None
    """The label of each label's mirrored clip, as `mirror_labels` gives it; None never mirrors."""
    colour: float = 0.2
    """How far brightness, contrast and saturation go from 1, at most."""
    scales: tuple[float, ...] = SCALES

    @property
    def shortest(self) -> int | None:
        """Pixels of the shorter side to read: as many as the margin of a centre crop has."""
        return round(self.size * MARGIN)

    def __call__(self, pictures: Image, label: int, rng: Generator) -> tuple[Image, int]:
        """Crop, colour and mirror a clip."""
        pictures = _recolour(_multi_scale_crop(pictures, self.size, self.scales, rng), self.colour, rng)
        if self.mirror is not None and rng.random() < 0.5:
            return np.ascontiguousarray(pictures[:, :, ::-1]), self.mirror[label] if label >= 0 else label
        return pictures, label


def mirror_labels(labels: Sequence[str]) -> tuple[int, ...]:
    """Which label each label's mirrored clip has.

    Raises:
        DataError: a label tells left from right, and what it becomes is not known.
    """
    others = [mirrored(label) for label in labels]
    for label, other in zip(labels, others, strict=True):
        if other not in labels or (other == label and SIDE_WORDS & set(label.lower().split())):
            raise DataError(f"no label for the mirrored {label!r} is known; train without mirroring")
    return tuple(labels.index(other) for other in others)


def _multi_scale_crop(pictures: Image, size: int, scales: Sequence[float], rng: Generator) -> Image:
    """Cut one of several sizes and nearly square shapes out of one of several places (TSN, Wang et al. 2016)."""
    rows, columns = pictures.shape[1:3]
    first = int(rng.integers(len(scales)))
    second = int(rng.integers(max(0, first - 1), min(len(scales), first + 2)))
    height, width = (max(1, round(scales[which] * min(rows, columns))) for which in (first, second))
    right, down = POSITIONS[int(rng.integers(len(POSITIONS)))]
    top, left = (rows - height) * down // 4, (columns - width) * right // 4
    return _resize(pictures[:, top : top + height, left : left + width], (size, size))


def _resize(pictures: Image, size: tuple[int, int]) -> Image:
    """Scale pictures to a width and height."""
    shrinks = size[0] < pictures.shape[2]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.stack([cv2.resize(picture, size, interpolation=how) for picture in pictures]).astype(np.uint8, copy=False)


def _recolour(pictures: Image, amount: float, rng: Generator) -> Image:
    """Change brightness, contrast and saturation, the same for all pictures: a 3x3 matrix and an offset."""
    if not amount:
        return pictures
    brightness, contrast, saturation = rng.uniform(1 - amount, 1 + amount, 3)
    grey = np.tile(LUMA, (3, 1))
    mix = brightness * contrast * (saturation * np.eye(3) + (1 - saturation) * grey)
    offset = brightness * (1 - contrast) * float((pictures.mean((0, 1, 2)) * LUMA).sum())
    how = np.column_stack([mix, np.full(3, offset)])
    tall = cv2.transform(pictures.reshape(-1, *pictures.shape[2:]), how)  # it rounds and saturates
    return tall.reshape(pictures.shape).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class Centre:
    """For testing: the middle of the pictures, or three crops along their longer side."""

    size: int
    """Pixels of the result's side."""
    crops: int = 1
    """1, or 3: then the result is [3 * T, ...], crop by crop, each as high as the picture."""

    @property
    def shortest(self) -> int | None:
        """Pixels of the shorter side to read."""
        return self.size if self.crops > 1 else round(self.size * MARGIN)

    def __call__(self, pictures: Image, label: int, rng: Generator) -> tuple[Image, int]:  # noqa: ARG002
        """Cut the crops out of a clip whose shorter side is `shortest` already."""
        rows, columns = np.array(pictures.shape[1:3]) - self.size
        shares = [0.5] if self.crops == 1 else np.linspace(0, 1, self.crops)
        if rows > columns:
            places = [(int(rows * share), columns // 2) for share in shares]
        else:
            places = [(rows // 2, int(columns * share)) for share in shares]
        cuts = [pictures[:, top : top + self.size, left : left + self.size] for top, left in places]
        return np.concatenate(cuts), label
