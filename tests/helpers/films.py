"""Short films, as pictures and as video files."""

from collections.abc import Iterable
from itertools import chain
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


def noise(steps: int, height: int = 36, width: int = 48, seed: int = 0) -> np.ndarray:
    """Noise, uint8 [T, H, W, 3]."""
    return np.random.default_rng(seed).integers(0, 256, (steps, height, width, 3), dtype=np.uint8)


def grey(levels: Iterable[int], height: int = 48, width: int = 64) -> np.ndarray:
    """Pictures of one grey level each, uint8 [T, H, W, 3]."""
    return np.stack([np.full((height, width, 3), level, np.uint8) for level in levels])


def write_film(path: Path, pictures: Iterable[np.ndarray], fps: float = 12.0, codec: str = "MJPG") -> Path:
    """Write pictures [H, W, 3] RGB into a video file."""
    first = next(pictures := iter(pictures))
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), fps, first.shape[1::-1])
    for picture in chain([first], pictures):
        writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def write_recordings(folder: Path, *rows: str, steps: int = 12) -> Path:
    """Write a film of noise for each row of a list of recordings, and the list."""
    for seed, row in enumerate(rows):
        write_film(folder / row.split(",")[0], noise(steps, seed=seed))
    (folder / "clips.csv").write_text("\n".join(["path,label,split,source,fps,start,end", *rows, ""]))
    return folder
