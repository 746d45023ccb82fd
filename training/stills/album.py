"""The folder of stills: which folder shows which hand, and a cache of mattes."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from models.frame import Image
from training.errors import DataError
from training.stills.hand_cutout import HandCutout, stand_up
from training.stills.matte import cut_out
from training.stills.rooms import without_hands

_PALM = ("asl_tomnlittle/B_*", "arya/palm", "ardamavi_digits/5", "ardamavi_digits/4")
_SPREAD = ("ardamavi_digits/5", "arya/palm")
_FINGERS = ("asl_tomnlittle/U_*", "asl_tomnlittle/V_*", "asl_tomnlittle/H_*", "ardamavi_digits/2")
HANDS: dict[str, tuple[str, ...]] = {
    "palm": _PALM,
    "spread": _SPREAD,
    "two fingers": _FINGERS,
    "thumb": ("arya/thumbs_up",),
    "any": ("asl_tomnlittle/*", "arya/*", "ardamavi_digits/*"),
}
"""Which folders show which hand."""
ROOMS = tuple(f"emrecandir9/{pose}" for pose in ("closer", "further", "left", "no_class", "palm", "right", "up"))
"""Folders that show people in rooms with their hands away from their faces."""
_TRIES = 40


class Album:
    """A folder of stills, `source/pose/picture`.

    Raises:
        DataError: the folder is missing.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise DataError(f"no folder of stills {folder}; give one that holds pictures as source/pose/picture.jpg")
        self._folder = folder
        self._pictures = lru_cache(None)(self._list)
        self._rooms = lru_cache(1000)(self._clear)
        self._mattes = lru_cache(300)(self._key)

    def hand(self, kind: str, rng: np.random.Generator) -> HandCutout:
        """Choose a random hand of one of HANDS.

        Raises:
            DataError: none can be cut out, or a picture cannot be read.
        """
        paths = self._pictures(HANDS[kind])
        for _ in range(_TRIES if paths else 0):
            matte = self._mattes(paths[rng.integers(len(paths))])
            hand = None if matte is None else stand_up(matte.astype(np.float32) / 255)
            if hand is not None:
                return hand
        raise DataError(
            f"no usable hand among {len(paths)} pictures of {kind!r} in {self._folder} ({', '.join(HANDS[kind])}); "
            "give stills of hands in front of a plain wall"
        )

    def room(self, rng: np.random.Generator) -> Image:
        """Choose a random picture of a room, usually with a person, uint8 [H, W, 3] RGB.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        paths = self._pictures(ROOMS)
        if not paths:
            raise DataError(f"no rooms in {self._folder} ({', '.join(ROOMS)}); give pictures of people in rooms")
        for _ in range(_TRIES):
            room = self._rooms(paths[rng.integers(len(paths))])
            if room is not None:
                return room
        raise DataError(
            f"no usable room in {self._folder} ({', '.join(ROOMS)}); give pictures of people whose faces are visible"
        )

    def _list(self, patterns: Sequence[str]) -> tuple[Path, ...]:
        folders = sorted(folder for pattern in patterns for folder in self._folder.glob(pattern) if folder.is_dir())
        return tuple(path for folder in folders for path in sorted(folder.iterdir()) if path.is_file())

    def _clear(self, path: Path) -> Image | None:
        return without_hands(read_picture(path))

    def _key(self, path: Path) -> Image | None:
        """The matte of a still, uint8 [SIDE, SIDE, 4]; a HandCutout needs 12 times the memory."""
        matte = cut_out(read_picture(path))
        return None if matte is None else np.rint(255 * matte).astype(np.uint8)


def read_picture(path: Path) -> Image:
    """Read a picture, uint8 [H, W, 3] RGB.

    Raises:
        DataError: it cannot be read.
    """
    picture = cv2.imread(str(path))
    if picture is None:
        raise DataError(f"{path} is not a picture that OpenCV reads; replace or remove it")
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
