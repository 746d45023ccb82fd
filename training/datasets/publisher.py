"""A published data set: how its lists are read and where its clips are."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.video import VIDEOS
from training.datasets.listing import Listing
from training.errors import DataError

Locate = Callable[[str], Path | None]
"""The path of the clip with an id, or None if it is missing."""


@dataclass(frozen=True, slots=True)
class PublishedDataset:
    """How one data set is stored."""

    name: str
    splits: tuple[str, ...]
    fps: float
    """Frames per second, used for files that do not specify it."""
    form: str
    """Example of a path below its folder, for error messages."""
    read: Callable[[Path, str], Listing | None]
    """Reads the list of a split from a folder of lists; None if it is missing."""
    locate: Callable[[Path], Locate]
    """Searches the folder of the data."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Number of clips in the published lists, by split."""


def folders(name: str) -> Callable[[Path], Locate]:
    """Folders of pictures, `ROOT/<name>/<id>/`, or `ROOT/<id>/` if ROOT is that folder itself."""

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
