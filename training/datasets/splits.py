"""Sharing own clips out: most to learn, some to validate on, some to test."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from training.datasets.base import Clip
from training.datasets.folders import OwnClip

TRAIN, VALIDATION, TEST = SPLITS = ("train", "validation", "test")
HELD_OUT = 0.2
"""The share of a label's clips, or of all, that validation gets, and that the test gets; one at least."""
LEAST = len(SPLITS)
"""So many clips a label needs, and so many persons where whole persons are held out."""

Shared = dict[str, list[Clip]]
"""The clips of each split."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who gets what, and how that was decided."""

    splits: Shared
    how: str


def share_out(clips: Sequence[Clip], files: Mapping[str, OwnClip]) -> Sharing:
    """Share clips out: by person where three or more are told, else by file.

    What goes where depends on names alone, not on what else is there, as far as shares allow. Clips without a person
    are shared out by file, and neighbouring clips of one file stay together as far as possible.

    Args:
        clips: with labels.
        files: which each clip was, or is a piece of, by the clip's id.
    """
    known = sorted({person for clip in clips if (person := files[clip.id].person) is not None}, key=_drawn)
    splits: Shared = {split: [] for split in SPLITS}
    if len(known) < LEAST:
        told = f"no folders of {LEAST} persons or more, so the same people are in all splits"
        _share_files(clips, files, splits)
        return Sharing(splits, f"split by file: {told}")
    of_person = {person: [clip for clip in clips if files[clip.id].person == person] for person in known}
    where = _share_persons({person: len(theirs) for person, theirs in of_person.items()})
    for person, split in where.items():
        splits[split] += of_person[person]
    _share_files([clip for clip in clips if files[clip.id].person is None], files, splits)
    told = "; ".join(f"{split}: {', '.join(p for p in known if where[p] == split)}" for split in SPLITS)
    return Sharing(splits, f"split by person: {told}")


def _drawn(name: str) -> str:
    """A key in whose order names are as good as shuffled, each at a place of its own."""
    return hashlib.sha256(name.encode()).hexdigest()


def _share_persons(counts: Mapping[str, int]) -> dict[str, str]:
    """The split of each person. Persons are held out until they have their share of the clips, or two are left."""
    where = dict.fromkeys(counts, TRAIN)
    left = list(counts)
    for split, others in ((TEST, 2), (VALIDATION, 1)):
        held = 0
        while len(left) > others and held < HELD_OUT * sum(counts.values()):
            person = left.pop(0)
            where[person], held = split, held + counts[person]
    return where


def _share_files(clips: Iterable[Clip], files: Mapping[str, OwnClip], splits: Shared) -> None:
    labels: dict[int | None, list[Clip]] = {}
    for clip in clips:
        labels.setdefault(clip.label, []).append(clip)
    for of_label in labels.values():
        order = sorted(of_label, key=lambda clip: (_drawn(files[clip.id].id), clip.first))
        held = max(1, round(HELD_OUT * len(order)))
        splits[TEST] += order[:held]
        splits[VALIDATION] += order[held : 2 * held]
        splits[TRAIN] += order[2 * held :]
