"""Joins stills that are frames of a video, unchanged or with the wall removed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from models.frame import Image
from training.errors import DataError
from training.stills.album import read_picture
from training.stills.matte import RIM, SIDE, cut_out
from training.synthetic.cones import Reals
from training.synthetic.drawn_clip import Event, Format

FILMS = ("arya/*", "asl_tomnlittle/*", "didi/*", "eduart/*")
"""Folders whose pictures are numbered frames of a video."""
BEFORE_A_WALL = ("asl_tomnlittle",)
"""Sources whose hands come from below, in front of a plain wall."""
MAX_DIFFERENCE = 30.0
"""Mean difference in grey levels above which two pictures are not consecutive."""
MAX_FRAMES, MIN_FRAMES = 40, 12
"""Length of a piece."""
HEIGHT, FPS = 128, 8.0
"""Height and frame rate of the clips; the original frame rate is unknown and varies."""
LABEL = "Doing other things"
"""The label in the list; the gestures in these clips are not labelled."""
_NUMBERED = re.compile(r"(?P<film>.*?)(?P<number>\d+)\.\w+$")
_THUMBNAIL = 32, 24
_LEAST_KEYED_SHARE = 0.9
"""Least share of a piece's frames that must be keyed; the others are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmPiece:
    """Consecutive pictures, all of one size."""

    pictures: tuple[Image, ...]

    @property
    def format(self) -> Format:
        height, width = self.pictures[0].shape[:2]
        return Format(height, width, FPS)

    @property
    def events(self) -> tuple[Event, ...]:
        """One event over the whole piece."""
        return (Event(LABEL, 0.0, len(self.pictures) / FPS),)

    def frames(self) -> Iterator[Image]:
        """The frames in order, uint8 [H, W, 3] RGB."""
        return iter(self.pictures)


def pieces(stills: Path) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """Yield the name and the files of every piece: each video, cut where its picture jumps and into a few seconds.

    Raises:
        DataError: there are no numbered pictures, or a picture cannot be read.
    """
    folders = sorted(folder for pattern in FILMS for folder in stills.glob(pattern) if folder.is_dir())
    films = [(folder, *film) for folder in folders for film in _films(folder).items()]
    if not films:
        raise DataError(f"no numbered pictures in {stills} ({', '.join(FILMS)}); give a folder with source/pose/1.jpg")
    for folder, film, paths in films:
        name = "_".join(filter(None, (folder.parent.name, folder.name, film)))
        for k, part in enumerate(part for shot in _shots(paths) for part in _cut(shot)):
            yield f"{name}_{k}", part


def played(paths: Sequence[Path]) -> FilmPiece:
    """A piece with its background unchanged."""
    height, width = read_picture(paths[0]).shape[:2]
    size = 2 * round(HEIGHT * width / height / 2), HEIGHT  # video codecs need even sizes
    inner = (read_picture(path)[RIM:-RIM, RIM:-RIM] for path in paths)
    shots = (cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in inner)
    return FilmPiece(tuple(np.asarray(shot, np.uint8) for shot in shots))


def keyed(paths: Sequence[Path]) -> FilmPiece | None:
    """A piece's hand on black; None if there is no plain wall, the hand is not from below, or it cannot be keyed."""
    if paths[0].parent.parent.name not in BEFORE_A_WALL:
        return None
    mattes = [matte for path in paths if (matte := cut_out(read_picture(path))) is not None and _from_below(matte)]
    if len(mattes) < _LEAST_KEYED_SHARE * len(paths):
        return None
    return FilmPiece(tuple(map(_on_black, mattes)))


def _films(folder: Path) -> dict[str, list[Path]]:
    """A folder's numbered pictures by the prefix of their names, each video in order."""
    found = [(match, path) for path in folder.iterdir() if (match := _NUMBERED.fullmatch(path.name))]
    films: dict[str, list[Path]] = {}
    for match, path in sorted(found, key=lambda pair: (pair[0]["film"], int(pair[0]["number"]))):
        films.setdefault(match["film"].strip("_"), []).append(path)
    return films


def _shots(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Split a video where consecutive pictures differ too much."""
    shot: list[Path] = []
    before: Reals | None = None
    for path in paths:
        small = np.asarray(cv2.resize(read_picture(path), _THUMBNAIL, interpolation=cv2.INTER_AREA), np.float32)
        if before is not None and np.abs(small - before).mean() > MAX_DIFFERENCE:
            yield shot
            shot = []
        shot.append(path)
        before = small
    if shot:
        yield shot


def _cut(shot: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Split a shot into pieces of about equal length; shots that are too short are left out."""
    for part in np.array_split(np.arange(len(shot)), -(-len(shot) // MAX_FRAMES)):
        if len(part) >= MIN_FRAMES:
            yield tuple(shot[k] for k in part)


def _from_below(matte: Reals) -> bool:
    """Whether the lower edge, and no other, cuts the arm off."""
    covered = matte[..., 3] > 0.5
    return bool(covered[-4].any() and not covered[: SIDE // 2, [4, -4]].any() and not covered[4].any())


def _on_black(matte: Reals) -> Image:
    """The foreground of a matte on black, uint8 [HEIGHT, HEIGHT, 3]."""
    picture = np.clip(255 * matte[..., :3], 24, 255) * (matte[..., 3:] > 0.5)  # black means background
    return np.asarray(cv2.resize(picture, (HEIGHT, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
