"""Assignment own clips out: most to learn, some to validate on, some to test."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.datasets.base import Clip
from training.datasets.folders import OwnClip

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")
HELD_OUT_SHARE = 0.2
"""The share of a label's clips, or of all, that validation gets, and that the test gets; one at least."""
MIN_CLIPS = len(SPLITS)
"""So many clips a label needs, and so many persons where whole persons are held out."""

ClipsBySplit = dict[str, list[Clip]]
"""The clips of each split."""
SplitByPerson = dict[str | None, str]
"""The split of each person."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who gets what, and how that was decided."""

    splits: ClipsBySplit
    how: str


def assign_splits(clips: Sequence[Clip], files: Mapping[str, OwnClip]) -> Assignment:
    """Share clips out: by person where three or more are by_person, else by file.

    What goes where depends on names alone, not on what else is there, as far as shares allow. By file go also clips
    without a person, and labels that would be missing from a split since too few persons show them.

    Args:
        clips: with labels.
        files: which each clip was, or is a piece of, by the clip's id.
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
    """How clips were shared out, in a line."""
    if not where:
        return f"split by file: no folders of {MIN_CLIPS} persons or more, so the same people are in all splits"
    by_person = "; ".join(f"{split}: {', '.join(str(p) for p in where if where[p] == split)}" for split in SPLITS)
    return f"split by person: {by_person}{'; by file: ' if by_file else ''}{', '.join(by_file)}"


def _shuffle_key(name: str) -> str:
    """A key in whose order names are as good as shuffled, each at a place of its own."""
    return hashlib.sha256(name.encode()).hexdigest()


def _share_persons(people: Iterable[str | None]) -> SplitByPerson:
    """The split of each person; none where there are too few.

    Persons are held out until they have their share of the clips, or only one per remaining split is left.
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
    """Share out clips of one label; neighbouring clips of a file stay together as far as possible."""
    order = sorted(clips, key=lambda clip: (_shuffle_key(files[clip.id].id), clip.first))
    held = max(1, round(HELD_OUT_SHARE * len(order)))
    splits[TEST] += order[:held]
    splits[VALIDATION] += order[held : 2 * held]
    splits[TRAIN] += order[2 * held :]
