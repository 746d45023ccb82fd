"""Keys a hand out of a still picture with a plain wall."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from training.synthetic.cones import Reals

SIDE = 200
"""Side at which every still is keyed, in pixels."""
Mask = NDArray[np.uint8]
"""[H, W], 0 or 1."""
RIM = 3
"""Pixels to cut off at each edge; some publishers draw a frame around their pictures."""
_CONTRAST = 6.0
"""Least distance of hand and wall in Lab's a and b."""


def cut_out(still: Image) -> Reals | None:
    """Key the hand; None if that fails.

    Args:
        still: uint8 [H, W, 3] RGB, nearly square.

    Returns:
        float32 [SIDE, SIDE, 4], sRGB 0..1 and coverage. Colours continue beyond the edge, to hide the wall.
    """
    inner = still[RIM:-RIM, RIM:-RIM]
    picture = np.asarray(cv2.resize(inner, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    distance = _from_wall(picture)
    threshold = otsu_threshold(distance, _CONTRAST)
    if threshold is None:
        return None
    hand = largest(_grab(picture, distance, threshold))
    if hand is None or not 0.05 < hand.mean() < 0.6:
        return None
    return _feathered(picture, hand)


def largest(mask: Mask) -> Mask | None:
    """The largest connected component; None unless it has 90 % of the area."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    areas = np.asarray(stats)[1:, cv2.CC_STAT_AREA]
    if len(areas) == 0 or areas.max() < 0.9 * areas.sum():
        return None
    return (np.asarray(labels) == 1 + int(areas.argmax())).astype(np.uint8)


def _from_wall(picture: Image) -> Reals:
    """Distance of each pixel from the wall in hue and saturation, which a shadow on the wall does not change."""
    chroma = lab_chroma(picture)
    # A hand comes from below or from one side, so that the median of the other edges is wall.
    strips = chroma[:8], chroma[:120, :8], chroma[:120, -8:]
    edges = np.concatenate([strip.reshape(-1, 2) for strip in strips])
    return np.asarray(np.linalg.norm(chroma - np.median(edges, 0), axis=-1), np.float32)


def lab_chroma(picture: Image) -> Reals:
    """Lab's a and b, smoothed, float32 [H, W, 2]."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.GaussianBlur(lab[..., 1:], (0, 0), 1.2), np.float32)


def otsu_threshold(distance: Reals, contrast: float) -> float | None:
    """Otsu's threshold of distances in Lab; None if the means of both classes differ by less than `contrast`."""
    scaled = np.clip(distance * 4, 0, 255).astype(np.uint8).reshape(len(distance), -1)
    threshold = cv2.threshold(scaled, 0, 255, cv2.THRESH_OTSU)[0] / 4
    above, below = distance > threshold, distance <= threshold
    if not above.any() or distance[above].mean() - distance[below].mean() < contrast:
        return None
    return float(threshold)


def _grab(picture: Image, distance: Reals, threshold: float) -> Mask:
    """Refine the key by GrabCut, which groups neighbouring pixels of similar colour."""
    guess = np.where(distance > threshold, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    guess[cv2.erode((distance > 1.3 * threshold).astype(np.uint8), np.ones((5, 5))) > 0] = cv2.GC_FGD
    guess[cv2.dilate((distance > 0.5 * threshold).astype(np.uint8), np.ones((5, 5))) == 0] = cv2.GC_BGD
    cv2.setRNGSeed(0)  # it starts from a random clustering
    cv2.grabCut(picture, guess, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_MASK)
    hand = ((guess == cv2.GC_FGD) | (guess == cv2.GC_PR_FGD)).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(hand, cv2.MORPH_OPEN, np.ones((3, 3))), np.uint8)


def _feathered(picture: Image, hand: Mask) -> Reals:
    """Erode the mask, soften its edge, and extend the colours of the inside beyond it."""
    padded = cv2.copyMakeBorder(hand, 4, 4, 4, 4, cv2.BORDER_REPLICATE)  # the arm continues beyond the picture
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    core = np.asarray(cv2.erode(padded, disc), np.float32)[4:-4, 4:-4]
    inside = np.asarray(cv2.erode(padded, disc, iterations=2), np.float32)[4:-4, 4:-4, None]
    colour = picture.astype(np.float32) / 255
    weight = np.asarray(cv2.GaussianBlur(inside, (0, 0), 3))[..., None]
    spread = cv2.GaussianBlur(colour * inside, (0, 0), 3) / np.maximum(weight, 1e-3)
    coverage = cv2.GaussianBlur(core, (0, 0), 0.9)
    return np.dstack([inside * colour + (1 - inside) * spread, coverage]).astype(np.float32)
