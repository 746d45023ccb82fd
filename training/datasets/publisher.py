"""A data set as its publisher gives it: how to read its lists and where its clips lie."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.video import VIDEOS
from training.datasets.listing import Listing
from training.errors import DataError

Locate = Callable[[str], Path | None]
"""Where the clip of an id lies, or None where it does not."""


@dataclass(frozen=True, slots=True)
class PublishedDataset:
    """A data set."""

    name: str
    splits: tuple[str, ...]
    fps: float
    """Frames a second where the files do not tell."""
    form: str
    """What lies below its folder, to say what was expected."""
    read: Callable[[Path, str], Listing | None]
    """The list of a split out of a folder of lists; None if it is not there."""
    locate: Callable[[Path], Locate]
    """Looks through the folder of the data."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """How many clips the published lists of some splits name."""


def folders(name: str) -> Callable[[Path], Locate]:
    """Folders of pictures, `ROOT/<name>/<id>/`, or `ROOT/<id>/` where ROOT is that folder itself."""

    def locate(root: Path) -> Locate:
        _need_folder(root)
        base = root / name if (root / name).is_dir() else root
        return lambda id_: base / id_ if (base / id_).is_dir() else None

    return locate


def videos(root: Path) -> Locate:
    """Videos anywhere below a folder, `<id>.mp4` or another container: flat, in class folders, in split folders."""
    _need_folder(root)
    files = (Path(folder, name) for folder, _, names in os.walk(root, followlinks=True) for name in names)
    return {path.stem: path for path in files if path.suffix.lower() in VIDEOS}.get


def _need_folder(root: Path) -> None:
    if not root.is_dir():
        raise DataError(f"no folder {root}; give the folder that the data set was unpacked into")
