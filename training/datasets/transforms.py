"""Augmentation and cropping of clips; random parameters are drawn once per clip."""

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
"""Sides of a crop relative to the picture's shorter side; width and height differ by at most one entry (TSN)."""
POSITIONS = ((0, 0), (4, 0), (0, 4), (4, 4), (2, 2), (0, 2), (4, 2), (2, 0), (2, 4), (1, 1), (3, 1), (1, 3), (3, 3))
"""Positions of a crop, right and down, in quarters of the free space: corners, centres, and half way (TSN)."""
MARGIN = 256 / 224
"""Shorter side of the picture that a centre crop is taken from, relative to the crop."""
LUMA = np.array([0.299, 0.587, 0.114])
"""Weights of red, green and blue in grey (ITU-R BT.601)."""
SIDE_WORDS = {"left", "right", "clockwise", "counterclockwise"}
"""Words whose meaning changes when a clip is mirrored."""


class Transform(Protocol):
    """Transforms the pictures of a clip."""

    @property
    def shortest(self) -> int | None:
        """Pixels of the shorter side that pictures are scaled to when read; None does not scale."""

    def __call__(self, pictures: Image, label: int, rng: Generator) -> tuple[Image, int]:
        """Pictures uint8 [T, H, W, 3] to uint8 [T, size, size, 3], and the label of the result."""


@dataclass(frozen=True, slots=True)
class Augment:
    """For training: a random crop, random colours, and mirroring of half of the clips."""

    size: int
    """Side of the result in pixels."""
    mirror: tuple[int, ...] | None = None
    """The label of each label's mirrored clip, from `mirror_labels`; None does not mirror."""
    colour: float = 0.2
    """Largest deviation of brightness, contrast and saturation from 1."""
    scales: tuple[float, ...] = SCALES

    @property
    def shortest(self) -> int | None:
        """Pixels of the shorter side to read."""
        return round(self.size * MARGIN)

    def __call__(self, pictures: Image, label: int, rng: Generator) -> tuple[Image, int]:
        pictures = _recolour(_multi_scale_crop(pictures, self.size, self.scales, rng), self.colour, rng)
        if self.mirror is not None and rng.random() < 0.5:
            return np.ascontiguousarray(pictures[:, :, ::-1]), self.mirror[label] if label >= 0 else label
        return pictures, label


def mirror_labels(labels: Sequence[str]) -> tuple[int, ...]:
    """The label of each label's mirrored clip.

    Raises:
        DataError: a label names a side, and its mirrored label is unknown.
    """
    others = [mirrored(label) for label in labels]
    for label, other in zip(labels, others, strict=True):
        if other not in labels or (other == label and SIDE_WORDS & set(label.lower().split())):
            raise DataError(f"no label for the mirrored {label!r} is known; train without mirroring")
    return tuple(labels.index(other) for other in others)


def _multi_scale_crop(pictures: Image, size: int, scales: Sequence[float], rng: Generator) -> Image:
    """A random crop of `SCALES` and `POSITIONS`, scaled to `size` (TSN, Wang et al. 2016)."""
    rows, columns = pictures.shape[1:3]
    first = int(rng.integers(len(scales)))
    second = int(rng.integers(max(0, first - 1), min(len(scales), first + 2)))
    height, width = (max(1, round(scales[which] * min(rows, columns))) for which in (first, second))
    right, down = POSITIONS[int(rng.integers(len(POSITIONS)))]
    top, left = (rows - height) * down // 4, (columns - width) * right // 4
    return _resize(pictures[:, top : top + height, left : left + width], (size, size))


def _resize(pictures: Image, size: tuple[int, int]) -> Image:
    """Scale pictures to (width, height)."""
    shrinks = size[0] < pictures.shape[2]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.stack([cv2.resize(picture, size, interpolation=how) for picture in pictures]).astype(np.uint8, copy=False)


def _recolour(pictures: Image, amount: float, rng: Generator) -> Image:
    """Change brightness, contrast and saturation equally in all pictures, by a 3x3 matrix and an offset."""
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
    """For testing: the centre crop, or three crops along the longer side."""

    size: int
    """Side of the result in pixels."""
    crops: int = 1
    """1 or 3. With 3 the result is [3 * T, ...], crop by crop, without a margin."""

    @property
    def shortest(self) -> int | None:
        """Pixels of the shorter side to read."""
        return self.size if self.crops > 1 else round(self.size * MARGIN)

    def __call__(self, pictures: Image, label: int, rng: Generator) -> tuple[Image, int]:  # noqa: ARG002
        """Crop a clip whose shorter side is `shortest`."""
        rows, columns = np.array(pictures.shape[1:3]) - self.size
        shares = [0.5] if self.crops == 1 else np.linspace(0, 1, self.crops)
        if rows > columns:
            places = [(int(rows * share), columns // 2) for share in shares]
        else:
            places = [(rows // 2, int(columns * share)) for share in shares]
        cuts = [pictures[:, top : top + self.size, left : left + self.size] for top, left in places]
        return np.concatenate(cuts), label
