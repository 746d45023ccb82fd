"""Short films in which something moves, as pictures and as video files."""

from pathlib import Path

import cv2
import numpy as np


def moving_square(steps: int, size: int = 32, seed: int = 0) -> np.ndarray:
    """A bright square that crosses a dim noisy picture, uint8 [T, size, size, 3]."""
    rng = np.random.default_rng(seed)
    film = rng.integers(0, 90, (steps, size, size, 3), dtype=np.uint8)
    side, row = size // 3, int(rng.integers(0, size // 2))
    for k, picture in enumerate(film):
        column = (2 * k + seed) % (size - side)
        picture[row : row + side, column : column + side] = (250, 180, 40 * (seed % 6))
    return film


def write_film(path: Path, pictures: np.ndarray, fps: float = 12.0) -> Path:
    """Write pictures [T, H, W, 3] RGB into a video file."""
    height, width = pictures.shape[1:3]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), fps, (width, height))
    for picture in pictures:
        writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    writer.release()
    return path
