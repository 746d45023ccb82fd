"""A webcam model: shake, exposure, white balance, flicker, noise, compression."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from models.frame import Image
from training.synthetic.cones import Reals
from training.synthetic.shift import shifted


@dataclass(frozen=True, slots=True)
class Sensor:
    """The parameters of one camera."""

    exposure: float = 1.0
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0)
    noise: float = 0.008
    """Standard deviation, as a share of white."""
    flicker: float = 0.0
    """Amplitude of the lamp's flicker, as a share."""
    shake: float = 0.0
    """Amplitude of the picture's drift, as a share of its height."""
    soften: float = 0.0
    """Blur of the lens, as a share of the height."""
    quality: int = 92
    """JPEG quality, 1..100."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Sensor":
        """Sample a camera."""
        red, blue = rng.normal(1.0, 0.06, 2)
        return cls(
            exposure=float(rng.uniform(0.6, 1.25)),
            balance=(float(red), 1.0, float(blue)),
            noise=float(rng.uniform(0.003, 0.022)),
            flicker=float(rng.choice([0.0, rng.uniform(0.0, 0.03)])),
            shake=float(rng.choice([0.0, rng.uniform(0.0, 0.004)], p=[0.6, 0.4])),
            soften=float(rng.uniform(0.0, 0.007)),
            quality=int(rng.integers(45, 95)),
        )

    def expose(self, picture: Reals, time_s: float, rng: np.random.Generator) -> Image:
        """Convert linear light [H, W, 3] to a webcam frame, uint8 [H, W, 3] RGB."""
        height = len(picture)
        if self.shake:
            far = self.shake * height
            picture = shifted(picture, far * math.sin(2.1 * time_s + 1), far * math.sin(2.9 * time_s))
        if self.soften * height > 0.25:
            picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), self.soften * height), np.float32)
        gain = self.exposure * (1 + self.flicker * math.sin(2 * math.pi * 2.3 * time_s))
        shown = np.sqrt(_shoulder(picture * np.array(self.balance, np.float32) * np.float32(gain)))
        if self.noise:
            shown = shown + self.noise * rng.standard_normal(shown.shape, np.float32)
        image = np.clip(shown * 255 + 0.5, 0, 255).astype(np.uint8)
        return _compressed(image, self.quality)


def _shoulder(light: Reals) -> Reals:
    """Soft clipping of highlights: linear up to 0.6, then asymptotic to 1."""
    return np.where(light < 0.6, light, 1 - 0.4 * np.exp(-(light - 0.6) / 0.4))


def _compressed(image: Image, quality: int) -> Image:
    """Compress and decompress as JPEG."""
    if quality >= 100:
        return image
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
