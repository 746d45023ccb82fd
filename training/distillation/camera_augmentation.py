"""How one stream is filmed: where people sit, shake, light, colour, noise. Drawn once a stream, for a camera stays."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.preprocess import to_picture


@dataclass(frozen=True, slots=True, eq=False)
class CameraModel:
    """One camera: every picture of a stream goes through it."""

    zoom: float
    """Side of the window it sees, in shorter sides of the recording."""
    centre: tuple[float, float]
    """Middle of that window, x and y, in shorter sides from the recording's middle."""
    turn: float
    """How far it is tilted, radians."""
    stretch: float
    """How many times wider than high it shows a square."""
    shake: float
    """How far it moves to either side, in windows."""
    phases: NDArray[np.float64]
    """[4], of its movements."""
    curve: Image
    """[1, 256, 3], what becomes of each value of each colour."""
    saturation: float
    """Of its colours; 0 is grey, 1 as they are."""
    blur: float
    """Standard deviation in pixels; 0 is sharp."""
    noise: float
    """Standard deviation in grey levels."""
    mirrored: bool


ZOOMS = (0.62, 1.5)
"""From somebody who sits close to somebody at the other end of a desk; an app that frames the face is about 0.8."""
OFF_CENTRE = 0.05
"""How far a window's middle lies to the side, in shorter sides, beyond what keeps the recording inside of it; where it
is smaller than the recording, beyond half of what keeps it inside, so that hands are seldom lost."""
STEADY_ZOOMS = (0.85, 1.0)


def sample_camera(rng: np.random.Generator) -> CameraModel:
    """Draw a camera."""
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
    """The camera that a teacher looks through: level, still, sharp, in the recording's colours, people as recorded."""
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
    """A gamma, a gain a colour and an offset."""
    values = (np.arange(256) / 255)[None, :, None] ** np.exp(rng.uniform(-0.35, 0.35))
    gains = rng.uniform(0.8, 1.2) * rng.uniform(0.93, 1.07, 3)
    return np.clip(255 * values * gains + rng.uniform(-15, 15), 0, 255).astype(np.uint8)


def warp(camera: CameraModel, picture: Image, size: int, time_s: float, around: Image | None = None) -> Image:
    """Cut what the camera sees at a time out of a recording's picture, uint8 [size, size, 3].

    Args:
        camera: which one.
        picture: uint8 [H, W, 3].
        size: of the result, in pixels.
        time_s: when.
        around: what is seen beyond the picture's edges, uint8 [h, w, 3]; None reflects it there.
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
    """Give a picture the camera's colours, blur, noise and side."""
    developed = cv2.LUT(picture, camera.curve)
    if camera.saturation != 1:
        grey = cv2.cvtColor(developed, cv2.COLOR_RGB2GRAY)[:, :, None].astype(np.float32)
        developed = np.clip(grey + camera.saturation * (developed - grey), 0, 255).astype(np.uint8)
    if camera.blur:
        developed = cv2.GaussianBlur(developed, (0, 0), camera.blur)
    if camera.noise:
        noise = rng.normal(0, camera.noise, picture.shape[:2])[:, :, None]  # sensors are noisiest in brightness
        developed = np.clip(developed + noise, 0, 255)
    if camera.mirrored:
        developed = developed[:, ::-1]
    return np.ascontiguousarray(developed, dtype=np.uint8)
