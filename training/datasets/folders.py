"""Own clips: one folder per label, ROOT/<label>/clip.mp4 or ROOT/<label>/<person>/clip.mp4.

A clip is a video or a folder of pictures. "No gesture" is the label of resting, "Doing other things" the label of other
movements; any other folder name is a gesture.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from common.folded import folded
from common.video import VIDEOS
from models.spec import NO_GESTURE_LABELS
from training.errors import DataError
from training.jester import LABELS as SHIPPED

NAME = "folders"

PICTURES = frozenset((".bmp", ".jpeg", ".jpg", ".png", ".webp"))
MAX_NAMES = 3
"""Names that a message lists at most."""


@dataclass(frozen=True, slots=True)
class OwnClip:
    """A clip found below a folder."""

    id: str
    """Its path relative to ROOT."""
    label: str
    person: str | None
    """None if there is no folder of the person."""
    path: Path


@dataclass(frozen=True, slots=True)
class OwnClips:
    """The clips below a folder."""

    clips: tuple[OwnClip, ...]
    notes: tuple[str, ...]
    """Messages for the user, one line each."""


def find_clips(root: Path) -> OwnClips:
    """Find the clips in the folders of labels.

    Raises:
        DataError: the folder is missing, holds no clip, or two of its folders mean the same label.
    """
    if not root.is_dir():
        raise DataError(f"no folder {root}; give the folder that holds one folder per label")
    folders = {folder: label_of(folder.name) for folder in in_order(root) if folder.is_dir()}
    _check_names(folders)
    found = {folder: tuple(_clips_of_label(root, folder, label)) for folder, label in folders.items()}
    clips = tuple(clip for of_label in found.values() for clip in of_label)
    if not clips:
        raise DataError(f"no video in the folders of {root}; expected {root}/<label>/clip.mp4")
    empty = [
        f"{str(folder)!r} holds no video and no folder of pictures; left out" for folder in found if not found[folder]
    ]
    return OwnClips(clips, (*empty, *_stray(root), *_shipped_notes({clip.label for clip in clips})))


def label_of(name: str) -> str:
    """The label of a folder name. Case and punctuation of the two idle labels do not matter."""
    return next((label for label in NO_GESTURE_LABELS if _plain(label) == _plain(name)), name)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def in_order(folder: Path) -> list[Path]:
    """The entries of a folder in natural order (2 before 10), without hidden files."""

    def key(path: Path) -> list[tuple[int, str]]:
        parts = re.findall(r"\d+|\D+", path.name)
        return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]

    return sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=key)


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder in natural order."""
    return [path for path in in_order(folder) if path.suffix.lower() in PICTURES]


def _check_names(folders: dict[Path, str]) -> None:
    seen: dict[str, Path] = {}
    for folder, label in folders.items():
        other = seen.setdefault(_plain(label) or label, folder)
        if other is not folder:
            raise DataError(f"{str(other)!r} and {str(folder)!r} mean the same label; merge them, or rename one")


def _clips_of_label(root: Path, folder: Path, label: str) -> Iterator[OwnClip]:
    for path in _clips_below(folder):
        parts = path.relative_to(folder).parts
        yield OwnClip(path.relative_to(root).as_posix(), label, parts[0] if len(parts) > 1 else None, path)


def _clips_below(folder: Path) -> Iterator[Path]:
    for path in in_order(folder):
        if _is_clip(path):
            yield path
        elif path.is_dir():
            yield from _clips_below(path)


def _is_clip(path: Path) -> bool:
    return bool(pictures_in(path)) if path.is_dir() else path.suffix.lower() in VIDEOS


def _stray(root: Path) -> Iterator[str]:
    """Notes about files outside the folders of labels and clips."""
    videos = [path.name for path in in_order(root) if path.is_file() and _is_clip(path)]
    if videos:
        yield f"{quoted_names(videos)} in {root} itself: label unknown, left out; move each to the folder of its label"
    for folder in filter(Path.is_dir, in_order(root)):
        if pictures_in(folder):
            yield f"pictures in {str(folder)!r} itself are left out; put those of each clip into a separate folder"


def _shipped_notes(labels: Iterable[str]) -> Iterator[str]:
    """Notes about labels that the shipped network has too, or has in another spelling."""
    shipped = {folded(label) for label in SHIPPED}  # key maps name labels in any case
    gestures = sorted(set(labels) - set(NO_GESTURE_LABELS))
    same = [label for label in gestures if folded(label) in shipped]
    if same:
        yield f"{quoted_names(same)}: also labels of the shipped network; bundled key maps that have them act on them"
    for label in gestures:
        near = next((name for name in SHIPPED if _plain(name) == _plain(label)), None)
        if near and label not in same:
            yield f"{label!r} is not the shipped network's {near!r}; rename it if bundled key maps are to act on it"


def quoted_names(names: Iterable[str]) -> str:
    """The first `MAX_NAMES` names, and the number of the others."""
    names = list(names)
    more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return ", ".join(map(repr, names[:MAX_NAMES])) + more
