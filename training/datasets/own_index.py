"""The index of own clips: long clips without a gesture are cut, unusable clips left out, advice for the user."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from models.spec import NO_GESTURE_LABELS
from training.datasets.base import Clip
from training.datasets.folders import OwnClip, pictures_in, quoted_names
from training.datasets.listing import Entry
from training.datasets.splits import MIN_CLIPS
from training.datasets.survey import Broken, Job
from training.errors import DataError

REST, OTHER = NO_GESTURE_LABELS
MIN_GESTURE_S, ADVISED_MIN_S, ADVISED_MAX_S = 0.5, 1.0, 8.0
"""Clips of a gesture up to the first length are left out; lengths below the second or above the third get a note."""
PIECE_S = 10.0
"""Length of the pieces of a long clip without a gesture."""
ADVISED_CLIPS = 10
"""Gestures with fewer clips get a note."""


def labels_of(clips: Iterable[OwnClip], root: Path) -> tuple[str, ...]:
    """The labels in alphabetical order. "No gesture" is always included, since clips begin and end at rest.

    Raises:
        DataError: there are fewer than two labels to distinguish.
    """
    labels = {clip.label for clip in clips}
    gestures = sorted(labels - set(NO_GESTURE_LABELS))
    if not gestures:
        raise DataError(f"no gesture in {root}; expected a folder with {MIN_CLIPS} usable clips or more")
    if len(gestures) == 1 and OTHER not in labels:
        raise DataError(
            f"{root} has only the label {gestures[0]!r}; add another gesture, or a folder {OTHER!r} of other movements"
        )
    return tuple(sorted(labels | {REST}))


def jobs_of(clips: Iterable[OwnClip], labels: Sequence[str], decoded: Path, size: int, fps: float) -> dict[str, Job]:
    """The clips to check, by id. The folder that a clip is decoded into changes with the size and time of its files."""
    jobs = {}
    for clip in clips:
        pictures = tuple(pictures_in(clip.path)) if clip.path.is_dir() else ()
        files = [file.stat() for file in pictures or (clip.path,)]
        version = f"{sum(file.st_size for file in files):x}-{max(file.st_mtime_ns for file in files):x}"
        entry = Entry(clip.id, labels.index(clip.label))
        jobs[clip.id] = Job(entry, clip.path, fps, decoded / f"{clip.id}.{version}", size, pictures)
    return jobs


def split_usable(results: Iterable[Clip | Broken], labels: Sequence[str]) -> tuple[list[Clip], list[Broken]]:
    """Usable clips and broken ones; gestures of `MIN_GESTURE_S` or less are counted as broken."""
    usable, broken = list[Clip](), list[Broken]()
    for result in results:
        if isinstance(result, Broken):
            broken.append(result)
        elif _is_gesture(result, labels) and _seconds(result) <= MIN_GESTURE_S:
            why = f"{_seconds(result):.1f} s is too short; record about a second of rest before and after the gesture"
            broken.append(Broken(result.id, why))
        else:
            usable.append(result)
    return usable, broken


def cut_pieces(clip: Clip, labels: Sequence[str]) -> list[Clip]:
    """The pieces of a long clip without a gesture; any other clip unchanged."""
    count = 1 if _is_gesture(clip, labels) else max(1, round(_seconds(clip) / PIECE_S))
    edges = [clip.frames * k // count for k in range(count + 1)]
    if count == 1:
        return [clip]
    return [
        replace(clip, id=f"{clip.id}#{k}", first=first, frames=last - first)
        for k, (first, last) in enumerate(pairwise(edges), 1)
    ]


def rare_labels(clips: Sequence[Clip], labels: Sequence[str]) -> dict[str, int]:
    """Labels with at least one and less than `MIN_CLIPS` clips, and their number of clips."""
    counts = {label: sum(labels[clip.label or 0] == label for clip in clips) for label in labels}
    return {label: count for label, count in counts.items() if 0 < count < MIN_CLIPS}


def renumber(clips: Iterable[Clip], before: Sequence[str], labels: Sequence[str]) -> list[Clip]:
    """The clips whose label is in `labels`, renumbered from `before` to `labels`."""
    return [replace(clip, label=labels.index(name)) for clip in clips if (name := before[clip.label or 0]) in labels]


def advice(clips: Sequence[Clip], labels: Sequence[str]) -> Iterator[str]:
    """Advice on what to record, one line each."""
    for label in labels:
        count = sum(labels[clip.label or 0] == label for clip in clips)
        if 0 < count < ADVISED_CLIPS and label not in NO_GESTURE_LABELS:
            yield f"{label!r} has {count} clips; record 20 or more"
    gestures = [clip for clip in clips if _is_gesture(clip, labels)]
    short = [clip.id for clip in gestures if _seconds(clip) < ADVISED_MIN_S]
    if short:
        yield f"shorter than {ADVISED_MIN_S:g} s: {quoted_names(short)}; record about a second of rest before and after"
    long = [clip.id for clip in gestures if _seconds(clip) > ADVISED_MAX_S]
    if long:
        yield f"longer than {ADVISED_MAX_S:g} s: {quoted_names(long)}; cut them if they show the gesture more than once"
    there = {labels[clip.label or 0] for clip in clips}
    if REST not in there:
        yield f"no folder {REST!r}: only the first and last pictures of other clips show rest; add clips of it"
    if OTHER not in there:
        yield f"no folder {OTHER!r}: other movements will be taken for gestures; add clips of it"


def _is_gesture(clip: Clip, labels: Sequence[str]) -> bool:
    return labels[clip.label or 0] not in NO_GESTURE_LABELS


def _seconds(clip: Clip) -> float:
    return clip.frames / clip.fps
