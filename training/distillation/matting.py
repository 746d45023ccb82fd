"""Composites recordings whose background is cut away over other pictures."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from training.recording_list import Recording

SKIN = np.array([(236, 188, 160), (222, 170, 138), (198, 142, 108), (160, 108, 78), (112, 74, 54), (78, 52, 40)])
"""Skin colours, light to dark, RGB."""

BLACK_LEVEL = 18
"""Brightness, 0..255, up to which a pixel of a matte is background."""


class Cutout(Protocol):
    """Composites one shot of a matte over a picture."""

    def over(self, shot: Image, behind: Image, step: int) -> Image:
        """Both uint8 [H, W, 3] of any size; the result has the size of `behind`. The scene's first step is 0."""
        ...


def is_matte(recording: Recording) -> bool:
    """Whether the background of a recording is cut away."""
    return recording.source in ("nvgesture", "silhouettes", "keyed", "plain_sure", "plain_unsure")


def sample_cutout(recording: Recording, rng: np.random.Generator) -> Cutout:
    """Random parameters for compositing a matte."""
    if recording.source == "silhouettes":
        skin = SKIN[rng.integers(len(SKIN))] * rng.uniform(0.85, 1.1)
        return Silhouette(skin, rng.uniform(0.5, 0.95), rng.uniform(0, 2 * np.pi), rng.uniform(-0.2, 0.2))
    if recording.source == "keyed":
        return KeyedHand(_random_path(rng))
    return KeyedPerson()


@dataclass(frozen=True, slots=True)
class KeyedPerson:
    """A person or an arm on black; all other pixels are foreground."""

    def over(self, shot: Image, behind: Image, step: int) -> Image:  # noqa: ARG002
        height, width = behind.shape[:2]
        shot = cover(shot, height, width)
        front = cv2.erode(foreground(shot), np.ones((3, 3)))  # pixels at the edge are mixed with black
        return blend(shot, behind, cv2.GaussianBlur(front, (0, 0), 0.8))


@dataclass(frozen=True, slots=True, eq=False)
class Silhouette:
    """A white hand on black, rendered in a skin colour with light from one side."""

    skin: NDArray[np.float64]
    scale: float
    """Height of the silhouette's picture relative to the shorter side."""
    light: float
    """Direction of the light, radians."""
    shift: float
    """Horizontal offset in shorter sides."""

    def over(self, shot: Image, behind: Image, step: int) -> Image:  # noqa: ARG002
        """Place the hand on the lower edge and blend."""
        height, width = behind.shape[:2]
        zoom = self.scale * min(height, width) / shot.shape[0]
        x = width / 2 + self.shift * min(height, width) - zoom * shot.shape[1] / 2
        where = np.array([[zoom, 0, x], [0, zoom, height - zoom * shot.shape[0]]])
        opacity = cv2.warpAffine(shot[:, :, 0].copy(), where, (width, height))
        front = np.asarray(opacity, np.float32) / np.float32(255)
        return blend(self._shaded(front), behind, cv2.GaussianBlur(front, (0, 0), 0.7))

    def _shaded(self, front: NDArray[np.float32]) -> Image:
        """The skin colour, darker towards the edge on the far side of the light."""
        soft = cv2.GaussianBlur(front, (0, 0), 5)
        slope = cv2.Sobel(soft, cv2.CV_32F, 1, 0) * np.cos(self.light) + cv2.Sobel(soft, cv2.CV_32F, 0, 1) * np.sin(
            self.light
        )
        brightness = np.clip(0.72 + 0.28 * soft + 0.8 * slope, 0.35, 1.15)
        return np.clip(self.skin * brightness[:, :, None], 0, 255).astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class KeyedHand:
    """A hand on black that comes in from below and moves along a path, in addition to its filmed movement."""

    path: NDArray[np.float64]
    """[T, 3] at each step, repeated: horizontal offset, distance below the lower edge, size; in shorter sides."""

    def over(self, shot: Image, behind: Image, step: int) -> Image:
        """Place the hand with its arm cut off by the lower edge and blend."""
        height, width = behind.shape[:2]
        side = min(height, width)
        across, below, size = self.path[step % len(self.path)]
        zoom = size * side / shot.shape[0]
        x = width / 2 + across * side - zoom * shot.shape[1] / 2
        where = np.array([[zoom, 0, x], [0, zoom, height + below * side - zoom * shot.shape[0]]])
        front = foreground(shot)
        colours = cv2.warpAffine(np.asarray(shot), where, (width, height))
        opacity = cv2.warpAffine(cv2.erode(front, np.ones((3, 3))), where, (width, height))
        return blend(np.asarray(colours, np.uint8), behind, cv2.GaussianBlur(opacity, (0, 0), 0.7))


def _random_path(rng: np.random.Generator, steps: int = 120) -> NDArray[np.float64]:
    """A closed path of a hand between random places, some out of sight, with pauses and strokes of human duration."""
    size, at = rng.uniform(0.6, 1.1), np.array([rng.uniform(-0.3, 0.3), 1.2, 1.0])
    path: list[NDArray[np.float64]] = []
    while len(path) < steps:
        part = rng.uniform(0.8, 1.25)
        to = np.array(
            [rng.uniform(-0.45, 0.45), 1.05 * part * size if rng.random() < 0.25 else rng.uniform(0, 0.35), part]
        )
        path += [*_stroke(at, to, rng), *[to] * int(rng.integers(1, 12))]
        at = to
    path += _stroke(at, path[0], rng)
    return np.array(path) * (1, 1, size)


def _stroke(
    start: NDArray[np.float64], end: NDArray[np.float64], rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """2 to 6 steps from `start` to `end`, slow at both ends."""
    parts = (1 - np.cos(np.linspace(0, np.pi, int(rng.integers(2, 7))))) / 2
    return [start + part * (end - start) for part in parts]


def foreground(shot: Image) -> NDArray[np.float32]:
    """The pixels of a matte [H, W, 3] that are not black, [H, W], 0 or 1."""
    red, green, blue = cv2.split(np.asarray(shot))  # NumPy's maximum over a last axis of 3 is many times slower
    return (cv2.max(cv2.max(red, green), blue) > BLACK_LEVEL).astype(np.float32)


def cover(picture: Image, height: int, width: int) -> Image:
    """Scale a picture to cover a size and crop its centre, uint8 [height, width, 3]."""
    zoom = max(height / picture.shape[0], width / picture.shape[1])
    where = np.array(
        [
            [zoom, 0, (width - zoom * picture.shape[1]) / 2],
            [0, zoom, (height - zoom * picture.shape[0]) / 2],
        ]
    )
    return cv2.warpAffine(np.asarray(picture), where, (width, height)).astype(np.uint8, copy=False)


def blend(front: Image, behind: Image, opacity: NDArray[np.float32] | cv2.typing.MatLike) -> Image:
    """Mix two pictures of equal size by an opacity [H, W], 0..1."""
    part = np.asarray(opacity, np.float32)[:, :, None]
    return (front * part + behind * (1 - part)).astype(np.uint8)
