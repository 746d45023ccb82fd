"""Assigns own clips to the training, validation and test split."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.datasets.base import Clip
from training.datasets.folders import OwnClip

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")
HELD_OUT_SHARE = 0.2
"""Share of the clips in the validation split, and in the test split; at least one clip."""
MIN_CLIPS = len(SPLITS)
"""Clips that a label needs, and persons needed to split by person."""

ClipsBySplit = dict[str, list[Clip]]
SplitByPerson = dict[str | None, str]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The clips of each split, and a line that says how they were chosen."""

    splits: ClipsBySplit
    how: str


def assign_splits(clips: Sequence[Clip], files: Mapping[str, OwnClip]) -> Assignment:
    """Assign clips to splits: by person if there are `MIN_CLIPS` persons or more, else by file.

    The order of assignment depends on the names alone. Clips without a person are assigned by file, and so are labels
    that a split by person would leave out of a split.

    Args:
        clips: with labels.
        files: by the clip's id, the file of the clip or of the recording it was cut from.
    """
    where = _share_persons(files[clip.id].person for clip in clips)
    splits: ClipsBySplit = {split: [] for split in SPLITS}
    by_file: list[str] = []
    for of_label in _by_label(clips):
        by_person = [clip for clip in of_label if files[clip.id].person in where]
        if {where[files[clip.id].person] for clip in by_person} != set(SPLITS):
            by_person = []
        for clip in by_person:
            splits[where[files[clip.id].person]].append(clip)
        if len(by_person) < len(of_label):
            _share_files([clip for clip in of_label if clip not in by_person], files, splits)
            by_file.append(files[of_label[0].id].label)
    return Assignment(splits, _how(where, sorted(by_file)))


def _by_label(clips: Iterable[Clip]) -> Iterable[list[Clip]]:
    labels: dict[int | None, list[Clip]] = {}
    for clip in clips:
        labels.setdefault(clip.label, []).append(clip)
    return labels.values()


def _how(where: SplitByPerson, by_file: Sequence[str]) -> str:
    if not where:
        return f"split by file: no folders of {MIN_CLIPS} persons or more, so the same people are in all splits"
    by_person = "; ".join(f"{split}: {', '.join(str(p) for p in where if where[p] == split)}" for split in SPLITS)
    return f"split by person: {by_person}{'; by file: ' if by_file else ''}{', '.join(by_file)}"


def _shuffle_key(name: str) -> str:
    """A sort key that shuffles names reproducibly."""
    return hashlib.sha256(name.encode()).hexdigest()


def _share_persons(people: Iterable[str | None]) -> SplitByPerson:
    """The split of each person; empty if there are too few persons.

    Persons are added to a split until it has its share of the clips, or one person is left for each other split.
    """
    counts = Counter(person for person in people if person is not None)
    if len(counts) < MIN_CLIPS:
        return {}
    left = sorted(counts, key=_shuffle_key)
    where: SplitByPerson = dict.fromkeys(left, TRAIN)
    for split, others in ((TEST, 2), (VALIDATION, 1)):
        held = 0
        while len(left) > others and held < HELD_OUT_SHARE * counts.total():
            person = left.pop(0)
            where[person], held = split, held + counts[person]
    return where


def _share_files(clips: Iterable[Clip], files: Mapping[str, OwnClip], splits: ClipsBySplit) -> None:
    """Assign clips of one label; successive pieces of a file stay together where possible."""
    order = sorted(clips, key=lambda clip: (_shuffle_key(files[clip.id].id), clip.first))
    held = max(1, round(HELD_OUT_SHARE * len(order)))
    splits[TEST] += order[:held]
    splits[VALIDATION] += order[held : 2 * held]
    splits[TRAIN] += order[2 * held :]
