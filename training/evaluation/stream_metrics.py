"""Metrics of gesture recognition in streams: events compared with the gestures that were made, and their delays."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.reliability import Reliability
from calibration.temperature import LabelledSteps
from common.arrays import Floats
from models.decoder import GestureEvent
from models.spec import NO_GESTURE_LABELS

GRACE_S = 1.0
"""An event may fire this long after the end of its gesture."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A labelled span of a stream, in seconds."""

    label: str
    start_s: float
    end_s: float

    def covers(self, time_s: float) -> bool:
        """Whether an event at this time can belong to this gesture."""
        return self.start_s <= time_s <= self.end_s + GRACE_S


def names(event: GestureEvent, truth: Truth) -> bool:
    """Whether an event has the label of a gesture and fires in time."""
    return event.label == truth.label and truth.covers(event.fired_s)


def gestures_of(truths: Iterable[Truth]) -> list[Truth]:
    """The spans that are gestures, by start time."""
    return sorted((t for t in truths if t.label not in NO_GESTURE_LABELS), key=lambda t: t.start_s)


def match_events(found: Sequence[GestureEvent], gestures: Sequence[Truth]) -> list[GestureEvent | None]:
    """The event that names each gesture, or None; an event is assigned to the first gesture that it names."""
    left, matches = list(found), []
    for gesture in gestures:
        match = next((event for event in left if names(event, gesture)), None)
        if match is not None:
            left.remove(match)
        matches.append(match)
    return matches


def exactly_once(found: Sequence[GestureEvent], truths: Iterable[Truth]) -> int:
    """The number of gestures with one event that names them and no other event until the next span begins.

    An event that fires in time to name the gesture before belongs to that one.
    """
    order = sorted(truths, key=lambda truth: truth.start_s)
    gestures = gestures_of(order)
    matches = match_events(found, gestures)
    wrong = [event for event in found if not any(event is match for match in matches)]
    starts = [truth.start_s for truth in order] + [math.inf]
    ends = [min(start for start in starts if start > gesture.start_s) for gesture in gestures]
    return sum(
        match is not None and not any(gesture.start_s <= event.fired_s < end for event in wrong)
        for gesture, match, end in zip(gestures, matches, ends, strict=True)
    )


def edit_distance(one: Sequence[str], other: Sequence[str]) -> int:
    """The fewest insertions, deletions and substitutions from one sequence to another (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row = row, [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


@dataclass(frozen=True, slots=True, eq=False)
class StreamOutput:
    """The output of a network for one stream, with its truth."""

    truths: tuple[Truth, ...]
    found: tuple[GestureEvent, ...]
    logits: Floats
    """[T, labels]."""
    rate_hz: float

    @property
    def gestures(self) -> list[Truth]:
        """The spans that are gestures."""
        return gestures_of(self.truths)

    @property
    def seconds(self) -> float:
        return len(self.logits) / self.rate_hz


def levenshtein_accuracy(streams: Iterable[StreamOutput]) -> float:
    """1 minus the edit distance per gesture, clipped to 0..1; NaN without gestures.

    As in arXiv 1901.10323, but over all streams together, so that false events in streams without gestures count.
    """
    distance, total = 0, 0
    for stream in streams:
        true = [gesture.label for gesture in stream.gestures]
        distance += edit_distance([event.label for event in stream.found], true)
        total += len(true)
    return max(0.0, 1 - distance / total) if total else math.nan


def delays_s(streams: Iterable[StreamOutput]) -> list[float | None]:
    """Seconds from the start of each gesture to the event that names it; None if there is none."""
    return [
        match.fired_s - gesture.start_s if match else None
        for stream in streams
        for gesture, match in zip(stream.gestures, match_events(stream.found, stream.gestures), strict=True)
    ]


def false_activations(streams: Iterable[StreamOutput]) -> tuple[int, float]:
    """The number of events outside gestures and the `GRACE_S` after them, and the minutes outside these."""
    count, seconds = 0, 0.0
    for stream in streams:
        spans = _gesture_spans(stream.gestures, stream.seconds)
        seconds += stream.seconds - sum(end - start for start, end in spans)
        count += sum(not any(start <= event.fired_s <= end for start, end in spans) for event in stream.found)
    return count, seconds / 60


def _gesture_spans(gestures: Sequence[Truth], seconds: float) -> list[tuple[float, float]]:
    """Spans in which an event may name a gesture: ordered, disjoint, within the stream."""
    spans: list[tuple[float, float]] = []
    for gesture in gestures:
        start, end = min(gesture.start_s, seconds), min(gesture.end_s + GRACE_S, seconds)
        if spans and start <= spans[-1][1]:
            start, end = spans[-1][0], max(end, spans.pop()[1])
        spans.append((start, end))
    return spans


def _steps(truth: Truth, stream: StreamOutput) -> range:
    """The steps of a gesture; at least one."""
    first = min(round(truth.start_s * stream.rate_hz), len(stream.logits) - 1)
    return range(first, min(max(first + 1, round(truth.end_s * stream.rate_hz)), len(stream.logits)))


def logits_at_share(stream: StreamOutput, truth: Truth, share: float) -> Floats:
    """The logits [labels] at the step that completes a share of a gesture, above 0 and up to 1."""
    steps = _steps(truth, stream)
    row: Floats = stream.logits[steps[math.ceil(share * len(steps)) - 1]]
    return row


def accuracy_at_share(streams: Iterable[StreamOutput], labels: Sequence[str], share: float) -> float:
    """The accuracy of the likeliest label after a share of each gesture; NaN without gestures."""
    right = [
        labels[int(logits_at_share(stream, gesture, share).argmax())] == gesture.label
        for stream in streams
        for gesture in stream.gestures
    ]
    return sum(right) / len(right) if right else math.nan


def stream_reliability(
    streams: Sequence[StreamOutput], labels: Sequence[str], temperature: float
) -> Reliability | None:
    """Confidence against accuracy of steps; None if the truth of no step is known.

    The truth is the label in the second half of a gesture, and idle outside gestures and the `GRACE_S` after them;
    other steps are not counted. The idle labels are one class.
    """
    classes = np.array([0 if label in NO_GESTURE_LABELS else k + 1 for k, label in enumerate(labels)])
    truths = [_truth_by_step(stream, labels, known=bool((classes == 0).any())) for stream in streams]
    logits = np.concatenate([stream.logits[truth >= 0] for stream, truth in zip(streams, truths, strict=True)])
    truth = np.concatenate([truth[truth >= 0] for truth in truths])
    if not len(truth):
        return None
    return Reliability.of(LabelledSteps(logits, classes, truth, np.full(len(truth), 1 / len(truth))), temperature)


def _truth_by_step(stream: StreamOutput, labels: Sequence[str], known: bool) -> NDArray[np.intp]:
    """The true class at each step: 0 for idle if `known`, -1 if unknown."""
    truth = np.full(len(stream.logits), 0 if known else -1, np.intp)
    for start, end in _gesture_spans(stream.gestures, stream.seconds):
        truth[round(start * stream.rate_hz) : round(end * stream.rate_hz)] = -1
    for gesture in stream.gestures:
        steps = _steps(gesture, stream)
        truth[steps[len(steps) // 2] : steps.stop] = labels.index(gesture.label) + 1 if gesture.label in labels else -1
    return truth
