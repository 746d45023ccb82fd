"""Generated stills: hands on a wall, a person in a room."""

from pathlib import Path

import cv2
import numpy as np

SKIN, WALL = (200, 140, 110), (200, 205, 200)


def hand(thumb: bool = True) -> np.ndarray:
    """A palm with fingers (and a thumb to the right) on a forearm that comes from below, uint8 [200, 200, 3] RGB."""
    picture = np.full((200, 200, 3), WALL, np.uint8)
    cv2.rectangle(picture, (88, 140), (112, 199), SKIN, -1)
    cv2.ellipse(picture, (100, 112), (26, 34), 0, 0, 360, SKIN, -1)
    for x in (82, 94, 106, 118):
        cv2.line(picture, (x, 95), (x, 40), SKIN, 9)
    if thumb:
        cv2.line(picture, (110, 120), (150, 85), SKIN, 10)
    return np.clip(picture + np.random.default_rng(0).normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def person() -> np.ndarray:
    """A face under dark hair, dark clothes, and a hand before them at the left, uint8 [240, 320, 3] RGB."""
    picture = np.full((240, 320, 3), WALL, np.uint8)
    cv2.rectangle(picture, (90, 130), (230, 239), (40, 40, 60), -1)
    cv2.ellipse(picture, (160, 62), (30, 34), 0, 0, 360, (30, 25, 25), -1)
    cv2.ellipse(picture, (160, 90), (24, 32), 0, 0, 360, SKIN, -1)
    cv2.circle(picture, (110, 170), 14, SKIN, -1)
    return picture


def write_stills(folder: Path) -> Path:
    """A folder with every hand of the album and a room."""
    for pose in ("asl_tomnlittle/B_x", "asl_tomnlittle/U_x", "arya/palm", "arya/thumbs_up", "ardamavi_digits/5"):
        _write(folder / pose / "a.png", hand())
    _write(folder / "emrecandir9" / "no_class" / "a.png", person())
    return folder


def _write(path: Path, picture: np.ndarray) -> None:
    path.parent.mkdir(parents=True)
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
