"""Counts of named gestures and wrong events in streams."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.arrays import Floats
from models.decoder import GestureEvent
from models.spec import ModelSpec
from training.evaluation.decoded_events import events
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth, exactly_once, gestures_of, match_events


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over some streams."""

    named: int = 0
    total: int = 0
    wrong: int = 0
    minutes: float = 0.0
    early_s: float = 0.0
    """Sum over named gestures of the time from the event to the end of the gesture."""
    exact: int = 0
    """Gestures named exactly once, with no other event until the next began."""

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.named + other.named,
            self.total + other.total,
            self.wrong + other.wrong,
            self.minutes + other.minutes,
            self.early_s + other.early_s,
            self.exact + other.exact,
        )

    def __str__(self) -> str:
        named = f"{self.named}/{self.total} named"
        if self.named:
            early_s = self.early_s / self.named
            named += f" {abs(early_s):.1f} s {'before' if early_s >= 0 else 'after'} their end"
        return f"{named}, {self.wrong} wrong in {self.minutes:.1f} min"


def score(found: Sequence[GestureEvent], truths: Sequence[Truth], seconds: float) -> Score:
    """The score of one stream; an event names a gesture of its label until `GRACE_S` after the gesture's end."""
    gestures = gestures_of(truths)
    early = [g.end_s - match.fired_s for g, match in zip(gestures, match_events(found, gestures), strict=True) if match]
    exact = exactly_once(found, truths)
    return Score(len(early), len(gestures), len(found) - len(early), seconds / 60, sum(early), exact)


def scores(streams: Sequence[LabelledStream], probabilities: Sequence[Floats], spec: ModelSpec) -> dict[str, Score]:
    """The score of each group of streams, from probabilities [T, labels] of each stream."""
    result: dict[str, Score] = {}
    for one, rows in zip(streams, probabilities, strict=True):
        found = events(rows, spec.labels, spec.decoding, spec.rate_hz)
        result[one.group] = result.get(one.group, Score()) + score(found, one.truths, len(rows) / spec.rate_hz)
    return result


def scores_by_label(
    streams: Sequence[LabelledStream], probabilities: Sequence[Floats], spec: ModelSpec
) -> dict[str, Score]:
    """The score of each label over all streams, without minutes."""
    result: dict[str, Score] = {}
    for one, rows in zip(streams, probabilities, strict=True):
        found = events(rows, spec.labels, spec.decoding, spec.rate_hz)
        gestures = gestures_of(one.truths)
        matches = match_events(found, gestures)
        made = [(g.label, Score(int(match is not None), 1)) for g, match in zip(gestures, matches, strict=True)]
        wrong = [(event.label, Score(wrong=1)) for event in found if not any(event is match for match in matches)]
        for label, counted in made + wrong:
            result[label] = result.get(label, Score()) + counted
    return result
