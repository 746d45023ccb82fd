"""Keys recordings of an arm in front of a plain wall, and places them in a picture of the usual aspect ratio."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.frame import Image
from training.distillation.matting import SKIN
from training.recording_list import Recording, decode
from training.stills.matte import lab_chroma, otsu_threshold
from training.synthetic.cones import Reals
from training.synthetic.drawn_clip import Event, Format

HEIGHT, WIDTH = 144, 192
"""Height and width of the output pictures."""
LEAST_BRIGHTNESS = 24
"""Least brightness of the foreground, 0..255; the background is black."""
SIZES = (0.95, 1.5)
"""Height of a portrait recording relative to the output picture, for hands of the size in webcam pictures."""
_LARGEST_SIDE = 240
_CONTRAST = 9.0
"""Least distance of arm and wall in Lab's a and b."""
_LARGEST_COLOUR_DRIFT = 5.0
"""Largest change of the wall's colour in Lab's a and b."""
_EDGE_SHARE = 0.15
"""An edge cuts the arm off if the arm touches it in more than this share of the frames with an arm."""


@dataclass(frozen=True, slots=True, eq=False)
class WallTake:
    """A recording with a black background, placed in a larger picture."""

    pictures: tuple[Image, ...]
    recording: Recording

    @property
    def format(self) -> Format:
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
class KeyedRecording:
    """The frames of a recording and the mask of the arm."""

    pictures: Image
    """uint8 [T, H, W, 3]."""
    arm: Reals
    """[T, H, W], 0..1."""


def key(recording: Recording) -> KeyedRecording | None:
    """Key a recording; None if arm and wall have the same colour, or there is no arm.

    Uses one threshold for all frames, in hue and saturation only, which a shadow on the wall does not change.

    Raises:
        DataError: the video is missing.
    """
    pictures = decode(recording.path)
    size = _LARGEST_SIDE / max(pictures.shape[1:3])
    pictures = np.stack([cv2.resize(p, None, fx=size, fy=size, interpolation=cv2.INTER_AREA) for p in pictures])
    chroma = np.stack([lab_chroma(p) for p in pictures])
    distance = np.linalg.norm(chroma - _wall(chroma), axis=-1)
    threshold = otsu_threshold(distance, _CONTRAST)
    if threshold is None:
        return None
    arm = np.stack([_arm(each, 0.8 * threshold) for each in distance])
    return KeyedRecording(np.asarray(pictures, np.uint8), arm) if arm.any() else None


def place(keyed: KeyedRecording, recording: Recording, rng: np.random.Generator) -> WallTake:
    """Place a recording with a random skin colour, such that edges that cut the arm off are outside the picture."""
    height, width = keyed.arm.shape[1:]
    zoom = rng.uniform(*SIZES) * HEIGHT / height
    left, right, top = _cut_off(keyed.arm)
    if left and right:  # the arm crosses the frame: neither end may be visible
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


def _wall(chroma: Reals) -> Reals:
    """The wall's colour in each frame, [T, 1, 1, 2], since cameras adapt; the median if an arm covers the edges."""
    strips = chroma[:, :12], chroma[:, :, :6], chroma[:, :, -6:]
    edges = np.concatenate([strip.reshape(len(chroma), -1, 2)[:, ::3] for strip in strips], 1)
    now = np.median(edges, 1)
    usual = np.median(now, 0)
    covered = np.linalg.norm(now - usual, axis=-1) > _LARGEST_COLOUR_DRIFT
    return np.where(covered[:, None], usual, now)[:, None, None]


def _arm(distance: Reals, threshold: float) -> Reals:
    """The largest component that is not wall, eroded by a pixel."""
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
