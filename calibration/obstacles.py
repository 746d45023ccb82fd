"""Obstacles: the moments of work and the takes of other gestures that keep a gesture from firing."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from calibration.take import Kind, Take
from calibration.thresholds import MAX_ENTER, WRONG_MARGIN, GesturePeaks, Target, Threshold, choose_thresholds
from common.arrays import Floats

N_SHOWN = 3
"""Number of obstacles of each kind in a message."""
APART_S = 3.0
"""Least time between two moments of work in a message: the length of a gesture."""
DELETE_WORK = "python -m calibration gestures takes lists it, gestures delete --work N deletes it"
"""How to delete work, for messages."""
MAX_RATE = 1.0
"""False events per minute; a message does not suggest to accept more."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenThreshold:
    """The threshold of a gesture, and the levels that it was chosen from."""

    threshold: Threshold
    peaks: GesturePeaks
    levels: Sequence[Floats]
    """The gesture's level at each step of each take, float32 [T] each."""

    @property
    def never_found(self) -> bool:
        """Whether the gesture was recorded and no take of it reaches the threshold."""
        return self.threshold.takes > 0 and not self.threshold.found


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """A moment in which a gesture must not fire."""

    level: float
    """The gesture's level, 0..1."""
    take: Take
    at_s: float
    """Seconds from the beginning of the take."""

    @property
    def least_enter(self) -> float:
        """The lowest threshold that it allows."""
        return self.level + (0.0 if self.take.kind is Kind.WORK else WRONG_MARGIN)


BY_LEVEL = attrgetter("level")
"""Key to sort obstacles by."""


def why_never_found(
    chosen: ChosenThreshold, every: Sequence[ChosenThreshold], takes: Sequence[Take], target: Target
) -> str:
    """Why no take of a gesture reaches its threshold, and what to do about it, in one line.

    Args:
        chosen: the gesture, which was recorded.
        every: all gestures: together they hold the target.
        takes: the takes that their levels belong to.
        target: the accepted rate of false events.
    """
    label, enter, best = chosen.threshold.label, chosen.threshold.enter, max(chosen.peaks.takes)
    none = f"none of the {chosen.threshold.takes} takes of {label!r} reaches"
    if enter <= chosen.peaks.usual + 0.001:
        return f"{none} {enter:g}: the best reaches {best:.3f}. Record it again, slower and in view of the camera"
    found = sorted(_obstacles(chosen, takes), key=BY_LEVEL, reverse=True)
    above = [each for each in found if each.least_enter > best]
    causes = [
        *_described(above),
        *_shortage(above, found, takes),
        *_false_gestures([each for each in every if each is not chosen], target),
    ]
    remedies = [*_remedies(label, above), *_more_work(above, takes), *_accepting(label, every, target)]
    return (
        f"{none} the threshold ({enter:g}) that keeps work and other gestures from firing it: the best take reaches "
        f"{best:.3f}; {'; '.join(causes)}. To have it recognised, {', or '.join(remedies)}"
    )


def raised_by_takes(chosen: Sequence[ChosenThreshold], takes: Sequence[Take]) -> str | None:
    """The gestures without takes whose threshold takes of others raise to the highest, in one line; None if none is."""
    causes: dict[str, str] = {}
    for each in chosen:
        if not each.threshold.takes and each.threshold.enter >= MAX_ENTER:
            highest = max(_obstacles(each, takes), key=BY_LEVEL, default=None)
            if highest and highest.take.kind is Kind.GESTURE and not _work_reaches(each, takes):
                causes[each.threshold.label] = highest.take.label
    if not causes:
        return None
    return (
        f"{', '.join(map(repr, causes))} will hardly ever fire: the threshold is {MAX_ENTER:g}, since the model takes "
        f"{' and '.join(map(repr, sorted(set(causes.values()))))} for it; for a run, "
        f"main.py --enter '{next(iter(causes))}=0.8' sets another one"
    )


def _work_reaches(chosen: ChosenThreshold, takes: Sequence[Take]) -> bool:
    found = _obstacles(chosen, takes)
    return any(each.level >= MAX_ENTER for each in found if each.take.kind is Kind.WORK)


def _obstacles(chosen: ChosenThreshold, takes: Sequence[Take]) -> Iterator[Obstacle]:
    """The highest moments of each take of work, and the highest moment of each other take that counts."""
    label = chosen.threshold.label
    for take, levels in zip(takes, chosen.levels, strict=True):
        if take.kind is Kind.WORK:
            yield from highest_moments(take, levels)
        elif (take.kind is Kind.NOT_THIS) == (take.label == label):
            yield _highest(take, levels, take.begins)


def highest_moments(take: Take, levels: Floats) -> Iterator[Obstacle]:
    """Yield the highest moments of a take, at most `N_SHOWN`, apart from each other."""
    left, apart = levels.copy(), math.ceil(APART_S * take.spec.rate_hz)
    for _ in range(N_SHOWN):
        highest = _highest(take, left)
        if highest.level <= 0:
            return
        yield highest
        at = int(left.argmax())
        left[max(0, at - apart) : at + apart] = 0


def _highest(take: Take, levels: Floats, first: int = 0) -> Obstacle:
    at = first + int(np.argmax(levels[first:]))
    return Obstacle(float(levels[at]), take, max(0, at - take.begins) / take.spec.rate_hz)


def _described(obstacles: Sequence[Obstacle]) -> Iterator[str]:
    work = [each for each in obstacles if each.take.kind is Kind.WORK][:N_SHOWN]
    others = [each for each in obstacles if each.take.kind is Kind.GESTURE][:N_SHOWN]
    wrong = [each for each in obstacles if each.take.kind is Kind.NOT_THIS][:N_SHOWN]
    if work:
        yield f"work {moments_text(work)}"
    if others:
        yield "other gestures " + ", ".join(f"{each.level:.3f} in {each.take.label!r}{_file(each)}" for each in others)
    if wrong:
        yield "moments marked as wrong " + ", ".join(f"{each.level:.3f}{_file(each)}" for each in wrong)


def moments_text(moments: Sequence[Obstacle]) -> str:
    """The level, second and file of each moment."""
    return ", ".join(f"{each.level:.3f} at {each.at_s:.1f} s{_file(each)}" for each in moments)


def _file(obstacle: Obstacle) -> str:
    return f" of {obstacle.take.file}" if obstacle.take.file else ""


def _remedies(label: str, obstacles: Sequence[Obstacle]) -> Iterator[str]:
    kinds = {each.take.kind for each in obstacles}
    if Kind.WORK in kinds:
        yield f"delete that work ({DELETE_WORK}) and record work without what you did then"
    if Kind.GESTURE in kinds:
        names = sorted({each.take.label for each in obstacles if each.take.kind is Kind.GESTURE})[:N_SHOWN]
        yield f"make {label!r} differ from {' and '.join(map(repr, names))} and record it again"
    if Kind.NOT_THIS in kinds:
        yield "delete those moments if they show the gesture"


def _shortage(above: Sequence[Obstacle], found: Sequence[Obstacle], takes: Sequence[Take]) -> Iterator[str]:
    """That nothing reaches the best take, but too little work was recorded to know that nothing will."""
    if above or not found:
        return
    yield (
        f"nothing recorded reaches that (the highest is {next(_described(found[:1]))}), but {work_s(takes):.0f} s of "
        "work are too few to expect the same of a longer time"
    )


def _more_work(above: Sequence[Obstacle], takes: Sequence[Take]) -> Iterator[str]:
    if not above:
        yield f"record more work without gestures (--work {max(60, 60 * math.ceil(work_s(takes) / 30))})"


def work_s(takes: Sequence[Take]) -> float:
    """Seconds of work that were recorded."""
    return sum(len(take) / take.spec.rate_hz for take in takes if take.kind is Kind.WORK)


def _false_gestures(others: Sequence[ChosenThreshold], target: Target) -> Iterator[str]:
    """The other gestures that work fires more often than is accepted of all together."""
    accepted = max(1.0, 10 * target.rate)
    worst = [each.threshold for each in others if each.threshold.false_in_ten_minutes > accepted]
    if worst:
        named = ", ".join(f"{each.label!r} {each.false_in_ten_minutes:.0f} times" for each in worst[:N_SHOWN])
        yield f"in ten minutes, such work would fire {named}, so it may show gestures"


def _accepting(label: str, every: Sequence[ChosenThreshold], target: Target) -> Iterator[str]:
    """The number of false events with which a take would be found, if accepting more can help."""
    peaks = [each.peaks for each in every]
    more = replace(target, activations=max(1.0, 2 * target.activations))
    while more.rate <= MAX_RATE:
        if any(each.label == label and each.found for each in choose_thresholds(peaks, more)):
            yield f"accept more false events (--false {more.activations:g} or more)"
            return
        more = replace(more, activations=2 * more.activations)
