"""Footage: stills that are frames of a film, back in its order, unchanged or with the wall removed."""

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
"""Folders whose pictures were taken from films, and numbered in their order."""
BEFORE_A_WALL = ("asl_tomnlittle",)
"""Sources whose hands come in from below, before a plain wall."""
JUMP = 30.0
"""Two pictures that differ by more grey levels, on average, are not consecutive."""
LONGEST, SHORTEST = 40, 12
"""Pictures in a piece."""
HEIGHT, FPS = 128, 8.0
"""Of what is made of them; how fast they were filmed is not known, and people differ."""
LABEL = "Doing other things"
"""The label of footage in the lists: no gesture in it is labelled."""
_NUMBERED = re.compile(r"(?P<film>.*?)(?P<number>\d+)\.\w+$")
_THUMBNAIL = 32, 24
_LEAST_KEYED_SHARE = 0.9
"""Least share of a piece's pictures that must be keyed; the others are left out."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmPiece:
    """Consecutive pictures, all of one size."""

    pictures: tuple[Image, ...]

    @property
    def format(self) -> Format:
        """Size and rate."""
        height, width = self.pictures[0].shape[:2]
        return Format(height, width, FPS)

    @property
    def events(self) -> tuple[Event, ...]:
        """One thing that is no known gesture, all along."""
        return (Event(LABEL, 0.0, len(self.pictures) / FPS),)

    def frames(self) -> Iterator[Image]:
        """The frames in order, uint8 [H, W, 3] RGB."""
        return iter(self.pictures)


def pieces(stills: Path) -> Iterator[tuple[str, tuple[Path, ...]]]:
    """Every film in a folder of stills, cut at jumps and into pieces of a few seconds: names and pictures.

    Raises:
        DataError: there is no film, or a picture cannot be read.
    """
    folders = sorted(folder for pattern in FILMS for folder in stills.glob(pattern) if folder.is_dir())
    films = [(folder, *film) for folder in folders for film in _films(folder).items()]
    if not films:
        raise DataError(
            f"no films in {stills} ({', '.join(FILMS)}); give a folder of numbered pictures, source/pose/1.jpg"
        )
    for folder, film, paths in films:
        name = "_".join(filter(None, (folder.parent.name, folder.name, film)))
        for k, part in enumerate(part for shot in _shots(paths) for part in _cut(shot)):
            yield f"{name}_{k}", part


def played(paths: Sequence[Path]) -> FilmPiece:
    """A piece with its background unchanged."""
    height, width = read_picture(paths[0]).shape[:2]
    size = 2 * round(HEIGHT * width / height / 2), HEIGHT  # video wants even sizes
    inner = (read_picture(path)[RIM:-RIM, RIM:-RIM] for path in paths)
    shots = (cv2.resize(picture, size, interpolation=cv2.INTER_AREA) for picture in inner)
    return FilmPiece(tuple(np.asarray(shot, np.uint8) for shot in shots))


def keyed(paths: Sequence[Path]) -> FilmPiece | None:
    """A piece's hand on black; None where it is not before a wall, does not come in from below or cannot be keyed."""
    if paths[0].parent.parent.name not in BEFORE_A_WALL:
        return None
    mattes = [matte for path in paths if (matte := cut_out(read_picture(path))) is not None and _from_below(matte)]
    if len(mattes) < _LEAST_KEYED_SHARE * len(paths):
        return None
    return FilmPiece(tuple(map(_on_black, mattes)))


def _films(folder: Path) -> dict[str, list[Path]]:
    """A folder's numbered pictures by what stands before their number, each film in order."""
    found = [(match, path) for path in folder.iterdir() if (match := _NUMBERED.fullmatch(path.name))]
    films: dict[str, list[Path]] = {}
    for match, path in sorted(found, key=lambda pair: (pair[0]["film"], int(pair[0]["number"]))):
        films.setdefault(match["film"].strip("_"), []).append(path)
    return films


def _shots(paths: Sequence[Path]) -> Iterator[list[Path]]:
    """Cut a film where its picture jumps."""
    shot: list[Path] = []
    before: Reals | None = None
    for path in paths:
        small = np.asarray(cv2.resize(read_picture(path), _THUMBNAIL, interpolation=cv2.INTER_AREA), np.float32)
        if before is not None and np.abs(small - before).mean() > JUMP:
            yield shot
            shot = []
        shot.append(path)
        before = small
    if shot:
        yield shot


def _cut(shot: Sequence[Path]) -> Iterator[tuple[Path, ...]]:
    """Cut a shot into pieces of about equal length; what is too short for one is left out."""
    for part in np.array_split(np.arange(len(shot)), -(-len(shot) // LONGEST)):
        if len(part) >= SHORTEST:
            yield tuple(shot[k] for k in part)


def _from_below(matte: Reals) -> bool:
    """Whether a hand's arm is cut by the lower edge, and by no other."""
    covered = matte[..., 3] > 0.5
    return bool(covered[-4].any() and not covered[: SIDE // 2, [4, -4]].any() and not covered[4].any())


def _on_black(matte: Reals) -> Image:
    """What a matte covers, uint8 [HEIGHT, HEIGHT, 3]."""
    picture = np.clip(255 * matte[..., :3], 24, 255) * (matte[..., 3:] > 0.5)  # what is not black is in front
    return np.asarray(cv2.resize(picture, (HEIGHT, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
