"""Wall: takes of an arm before a plain wall, keyed, and set into a picture of the usual aspect ratio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.frame import Image
from training.distillation.matting import SKIN
from training.recording_list import Recording, decode
from training.synthetic.cones import Reals
from training.synthetic.drawn_clip import Event, Format

HEIGHT, WIDTH = 144, 192
"""Height and width of the pictures that are made."""
LEAST_BRIGHTNESS = 24
"""Least brightness of the foreground, 0..255; the background is black."""
SIZES = (0.95, 1.5)
"""Height of a portrait take, in heights of the picture it is set into: a hand is as large there as before a webcam."""
_LARGEST_SIDE = 240
_CONTRAST = 9.0
"""How far, in Lab's a and b, hand and wall are at least apart."""
_LARGEST_COLOUR_DRIFT = 5.0
"""How far, in Lab's a and b, a wall's colour changes at most."""
_EDGE_SHARE = 0.15
"""Share of the pictures with an arm in which it touches an edge, from which on that edge cuts the arm off."""


@dataclass(frozen=True, slots=True, eq=False)
class WallTake:
    """A take whose wall is black, set into a larger picture."""

    pictures: tuple[Image, ...]
    recording: Recording

    @property
    def format(self) -> Format:
        """Size and rate."""
        return Format(HEIGHT, WIDTH, self.recording.fps)

    @property
    def events(self) -> tuple[Event, ...]:
        """The gesture, one event per repetition."""
        fps = self.recording.fps
        return tuple(Event(self.recording.label, start / fps, end / fps) for start, end in self.recording.spans)

    def frames(self) -> Iterator[Image]:
        """The frames in order, uint8 [H, W, 3] RGB."""
        return iter(self.pictures)


@dataclass(frozen=True, slots=True, eq=False)
class Keyed:
    """A take and where in it the arm is."""

    pictures: Image
    """uint8 [T, H, W, 3]."""
    arm: Reals
    """[T, H, W], 0..1."""


def key(recording: Recording) -> Keyed | None:
    """Key a take; None where arm and wall are of one colour, or there is no arm.

    One threshold for the whole take, in hue and saturation only: a shadow has those of the wall.

    Raises:
        DataError: the video is missing.
    """
    pictures = decode(recording.path)
    size = _LARGEST_SIDE / max(pictures.shape[1:3])
    pictures = np.stack([cv2.resize(p, None, fx=size, fy=size, interpolation=cv2.INTER_AREA) for p in pictures])
    chroma = np.stack([_chroma(p) for p in pictures])
    distance = np.linalg.norm(chroma - _wall(chroma), axis=-1)
    threshold = _threshold(distance)
    if threshold is None:
        return None
    arm = np.stack([_arm(each, threshold) for each in distance])
    return Keyed(np.asarray(pictures, np.uint8), arm) if arm.any() else None


def place(keyed: Keyed, recording: Recording, rng: np.random.Generator) -> WallTake:
    """Set a take into a picture, so that the edges that cut the arm off lie outside of it, in some skin's colour."""
    height, width = keyed.arm.shape[1:]
    zoom = rng.uniform(*SIZES) * HEIGHT / height
    left, right, top = _cut_off(keyed.arm)
    if left and right:  # the arm crosses the take, or its side was changed: neither end of it may be visible
        zoom = max(zoom, WIDTH / width)
    spare = WIDTH - zoom * width
    x = rng.uniform(min(0, spare), max(0, spare)) if not (left or right) else (spare if right else 0.0)
    overlap = max(0.0, zoom * height - HEIGHT)
    y = -rng.uniform(0, overlap) if top else -rng.uniform(0.3, 1.0) * overlap
    where = np.array([[zoom, 0, x], [0, zoom, y]])
    skin = SKIN[rng.integers(len(SKIN) - 1)] * rng.uniform(0.7, 1.15) * rng.normal(1, 0.03, 3)
    gains = skin / keyed.pictures[keyed.arm > 0].mean(0)
    shown = zip(keyed.pictures, keyed.arm, strict=True)
    return WallTake(tuple(_set(picture, arm, where, gains) for picture, arm in shown), recording)


def _set(picture: Image, arm: Reals, where: Reals, gains: Reals) -> Image:
    colours = cv2.warpAffine(np.asarray(picture), where, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    front = cv2.warpAffine(np.asarray(arm), where, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR) > 0.5
    return np.asarray(np.clip(colours * gains, LEAST_BRIGHTNESS, 255) * front[..., None], np.uint8)


def _chroma(picture: Image) -> Reals:
    """Lab's a and b, smoothed, [H, W, 2]."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.GaussianBlur(lab[..., 1:], (0, 0), 1.2), np.float32)


def _wall(chroma: Reals) -> Reals:
    """The wall's colour at each picture, [T, 1, 1, 2]: cameras adapt. Where an arm covers the edges, the usual one."""
    strips = chroma[:, :12], chroma[:, :, :6], chroma[:, :, -6:]
    edges = np.concatenate([strip.reshape(len(chroma), -1, 2)[:, ::3] for strip in strips], 1)
    now = np.median(edges, 1)
    usual = np.median(now, 0)
    covered = np.linalg.norm(now - usual, axis=-1) > _LARGEST_COLOUR_DRIFT
    return np.where(covered[:, None], usual, now)[:, None, None]


def _threshold(distance: Reals) -> float | None:
    """Otsu's threshold over all pictures of the take, if the two classes differ enough."""
    scaled = np.clip(distance * 4, 0, 255).astype(np.uint8).reshape(len(distance), -1)
    threshold = cv2.threshold(scaled, 0, 255, cv2.THRESH_OTSU)[0] / 4
    above, below = distance > threshold, distance <= threshold
    if not above.any() or distance[above].mean() - distance[below].mean() < _CONTRAST:
        return None
    return float(0.8 * threshold)


def _arm(distance: Reals, threshold: float) -> Reals:
    """The largest component that is not wall, with holes filled and the edge eroded a little."""
    mask = cv2.morphologyEx((distance > threshold).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if count < 2:
        return np.zeros(distance.shape, np.float32)
    area = stats[1:, cv2.CC_STAT_AREA]
    arm = (labels == 1 + int(area.argmax())).astype(np.uint8) if 0.002 < area.max() / mask.size < 0.8 else 0 * mask
    return np.asarray(cv2.erode(arm, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))), np.float32)


def _cut_off(arm: Reals) -> Sequence[bool]:
    """Whether the left, the right and the upper edge cut the arm off."""
    shown = arm[arm.reshape(len(arm), -1).any(1)]
    edges = shown[:, :, :3], shown[:, :, -3:], shown[:, :3]
    return [bool(len(shown)) and bool(edge.reshape(len(shown), -1).any(1).mean() > _EDGE_SHARE) for edge in edges]
