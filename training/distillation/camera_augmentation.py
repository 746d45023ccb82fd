"""Camera augmentation: framing, shake, colours, blur, noise and mirroring, sampled once per stream."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.preprocess import to_picture


@dataclass(frozen=True, slots=True, eq=False)
class CameraModel:
    """The parameters of one camera, used for all pictures of a stream."""

    zoom: float
    """Side of its window, relative to the recording's shorter side."""
    centre: tuple[float, float]
    """Offset of the window's centre from the recording's, x and y, in shorter sides."""
    turn: float
    """Roll angle, radians."""
    stretch: float
    """Aspect ratio that a square is shown with."""
    shake: float
    """Amplitude of its movement, in windows."""
    phases: NDArray[np.float64]
    """[4], of its movement."""
    curve: Image
    """[1, 256, 3], lookup table of each colour."""
    saturation: float
    """0 is grey, 1 unchanged."""
    blur: float
    """Standard deviation in pixels; 0 is sharp."""
    noise: float
    """Standard deviation in grey levels."""
    mirrored: bool


ZOOMS = (0.62, 1.5)
"""Range of the window's side: people close to the camera to people far away. Framing by the face is about 0.8."""
OFF_CENTRE = 0.05
"""Offset of a window's centre, in shorter sides, in addition to what keeps the recording inside the window. For windows
smaller than the recording, in addition to half of what keeps them inside, so that hands are rarely cut off."""
STEADY_ZOOMS = (0.85, 1.0)


def sample_camera(rng: np.random.Generator) -> CameraModel:
    """A random camera."""
    zoom = float(np.exp(rng.uniform(*np.log(ZOOMS))))
    reach = (max(zoom - 1, 0) + max(1 - zoom, 0) / 2) / 2 + OFF_CENTRE
    return CameraModel(
        zoom=zoom,
        centre=(reach * rng.uniform(-1, 1), reach * rng.uniform(-0.8, 0.8)),
        turn=rng.normal(0, 0.09),
        stretch=np.exp(rng.normal(0, 0.09)),
        shake=rng.uniform(0, 0.03) if rng.random() < 0.4 else 0.0,
        phases=rng.uniform(0, 2 * np.pi, 4),
        curve=_curve(rng),
        saturation=rng.uniform(0.3, 1.4) if rng.random() < 0.5 else 1.0,
        blur=rng.uniform(0.3, 1.0) if rng.random() < 0.3 else 0.0,
        noise=rng.uniform(1, 6) if rng.random() < 0.5 else 0.0,
        mirrored=bool(rng.random() < 0.5),
    )


def teacher_camera(camera: CameraModel, rng: np.random.Generator) -> CameraModel:
    """The teacher's camera: level, still, sharp, with the recording's colours and size; mirrored like the student's."""
    return replace(
        camera,
        zoom=rng.uniform(*STEADY_ZOOMS),
        centre=(0.0, 0.0),
        turn=0.0,
        stretch=1.0,
        shake=0.0,
        curve=np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, 2),
        saturation=1.0,
        blur=0.0,
        noise=0.0,
    )


def _curve(rng: np.random.Generator) -> Image:
    """A random gamma, a gain per colour and an offset."""
    values = (np.arange(256) / 255)[None, :, None] ** np.exp(rng.uniform(-0.35, 0.35))
    gains = rng.uniform(0.8, 1.2) * rng.uniform(0.93, 1.07, 3)
    return np.clip(255 * values * gains + rng.uniform(-15, 15), 0, 255).astype(np.uint8)


def warp(camera: CameraModel, picture: Image, size: int, time_s: float, around: Image | None = None) -> Image:
    """The camera's window of a recording's picture at a time, uint8 [size, size, 3].

    Args:
        camera: the camera.
        picture: uint8 [H, W, 3].
        size: side of the result in pixels.
        time_s: time in the stream, for the shake.
        around: picture beyond the edges, uint8 [h, w, 3]; None reflects the recording.
    """
    height, width = picture.shape[:2]
    side = camera.zoom * min(height, width)
    sway = camera.shake * np.sin(np.array([1.3, 1.7, 5.1, 6.3]) * time_s + camera.phases) * (1, 1, 0.3, 0.3)
    x = width / 2 + camera.centre[0] * min(height, width) + (sway[0] + sway[2]) * side
    y = height / 2 + camera.centre[1] * min(height, width) + (sway[1] + sway[3]) * side
    turn = np.array([[np.cos(camera.turn), -np.sin(camera.turn)], [np.sin(camera.turn), np.cos(camera.turn)]])
    shape = np.diag([camera.stretch**0.5, camera.stretch**-0.5]) @ turn * size / side
    where = np.column_stack([shape, size / 2 - shape @ (x, y)])
    if around is None:
        cut = cv2.warpAffine(picture, where, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    else:
        cut = to_picture(around, size, size)
        cv2.warpAffine(picture, where, (size, size), dst=cut, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT)
    return np.asarray(cut, np.uint8)


def apply_appearance(camera: CameraModel, picture: Image, rng: np.random.Generator) -> Image:
    """Apply the camera's colours, blur, noise and mirroring, uint8 [H, W, 3]."""
    result = cv2.LUT(picture, camera.curve)
    if camera.saturation != 1:
        grey = cv2.cvtColor(result, cv2.COLOR_RGB2GRAY)[:, :, None].astype(np.float32)
        result = np.clip(grey + camera.saturation * (result - grey), 0, 255).astype(np.uint8)
    if camera.blur:
        result = cv2.GaussianBlur(result, (0, 0), camera.blur)
    if camera.noise:
        noise = rng.normal(0, camera.noise, picture.shape[:2])[:, :, None]  # sensor noise is mostly luminance noise
        result = np.clip(result + noise, 0, 255)
    if camera.mirrored:
        result = result[:, ::-1]
    return np.ascontiguousarray(result, dtype=np.uint8)
