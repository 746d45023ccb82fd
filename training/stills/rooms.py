"""Pictures of people in rooms, with their hands painted over."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from training.stills.matte import Mask

_MOST_HAND = 0.06
"""Largest share of a picture that may be painted over."""
_HAIR = 95
"""Brightness, 0..255, below which pixels above a face are hair."""


def without_hands(picture: Image) -> Image | None:
    """Paint over all skin except the face; None without a face, or with too much to paint over.

    The face is the highest skin region with a dark region, hair, directly above it.
    """
    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(_skin(picture))
    large = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] > 0.0015 * grey.size]
    faces = [k for k in large if _is_below_hair(grey, np.asarray(stats[k], np.int32))]
    if not faces:
        return None
    face = min(faces, key=lambda k: int(stats[k, cv2.CC_STAT_TOP]))
    hands = (np.isin(labels, [k for k in large if k != face])).astype(np.uint8)
    hands = np.asarray(cv2.dilate(hands, np.ones((11, 11))), np.uint8)
    above = hands[: int(stats[face, cv2.CC_STAT_TOP])]
    if above.any() or hands.mean() > _MOST_HAND or not 0.004 < stats[face, cv2.CC_STAT_AREA] / grey.size < 0.12:
        return None
    hands[np.asarray(cv2.dilate((labels == face).astype(np.uint8), np.ones((5, 5)))) > 0] = 0
    return np.asarray(cv2.inpaint(picture, hands, 4, cv2.INPAINT_TELEA), np.uint8)


def _is_below_hair(grey: Image, box: NDArray[np.int32]) -> bool:
    left, top, width, height = (int(value) for value in box[:4])
    above = grey[max(0, top - height // 3) : top, left + width // 4 : left + 3 * width // 4]
    is_as_faces_are = 0.8 < height / width < 2.2 and top + height / 2 < 0.6 * len(grey)
    return is_as_faces_are and above.size > 0 and float(np.median(above)) < _HAIR


def _skin(picture: Image) -> Mask:
    """Chai and Ngan's bounds for skin in Cr and Cb, a little narrower."""
    _, red, blue = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb))
    mask = ((red > 137) & (red < 175) & (blue > 85) & (blue < 125)).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3))), np.uint8)
