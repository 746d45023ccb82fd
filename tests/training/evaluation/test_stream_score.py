"""Counts of named gestures and of wrong events."""

from dataclasses import replace

import numpy as np
import pytest
from networks import small_net, small_spec

from models.decoder import GestureEvent
from models.spec import Decoding, Rule
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score, score, scores, scores_by_label

LABELS = ("No gesture", "Thumb Up", "Thumb Down")
AT_ONCE = Decoding(smooth_s=0, rule=Rule(enter=0.6, exit=0.3, rest_s=0))


def event(label: str, fired_s: float) -> GestureEvent:
    return GestureEvent(label, 0.9, fired_s, fired_s)


@pytest.mark.parametrize(
    ("events", "named", "wrong"),
    [
        ([event("Thumb Up", 2.0)], 1, 0),
        ([event("Thumb Up", 3.9)], 1, 0),  # within a second of its end
        ([event("Thumb Up", 4.1)], 0, 1),  # too late
        ([event("Thumb Up", 0.9)], 0, 1),  # too early
        ([event("Thumb Down", 2.0)], 0, 1),
        ([event("Thumb Up", 2.0), event("Thumb Up", 2.5)], 1, 1),  # twice is once too often
        ([], 0, 0),
    ],
)
def test_gestures_named_in_time_are_counted(events: list[GestureEvent], named: int, wrong: int) -> None:
    truths = [Truth("No gesture", 0, 1), Truth("Thumb Up", 1, 3)]
    early_s = 3 - next((e.fired_s for e in events if named), 3)
    found = score(events, truths, 30)
    assert found == Score(named, 1, wrong, 0.5, pytest.approx(early_s), found.exact)


def test_one_event_names_one_gesture() -> None:
    truths = [Truth("Thumb Up", 0, 1), Truth("Thumb Up", 1.5, 3)]
    assert score([event("Thumb Up", 1.8)], truths, 60) == Score(1, 2, 0, 1, pytest.approx(-0.8), 1)


@pytest.mark.parametrize(
    ("events", "exact"),
    [
        ([event("Thumb Up", 2.0)], 1),
        ([event("Thumb Up", 2.0), event("Thumb Up", 2.5)], 0),
        ([event("Thumb Up", 2.0), event("Thumb Down", 3.6)], 0),  # in the rest behind it
        ([event("Thumb Up", 2.0), event("Thumb Down", 4.5)], 1),  # when the next has begun
        ([event("Thumb Down", 0.5), event("Thumb Up", 2.0)], 1),  # before it: that is counted as wrong
        ([event("Thumb Up", 2.0), event("Thumb Down", 4.5), event("Thumb Down", 5.0)], 2),
        ([event("Thumb Up", 2.0), event("Thumb Down", 5.0)], 2),
        ([event("Thumb Down", 2.0)], 0),
        ([], 0),
    ],
)
def test_a_gesture_is_exactly_right_when_nothing_else_fires(events: list[GestureEvent], exact: int) -> None:
    truths = [Truth("Thumb Up", 1, 3), Truth("No gesture", 4, 4.6), Truth("Thumb Down", 4.8, 6)]
    assert score(events, truths, 30).exact == exact


def test_scores_are_summed_by_group() -> None:
    rises = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0], [1, 0, 0]], np.float32)
    pictures = np.zeros((4, 2, 2, 3), np.uint8)
    takes = [
        LabelledStream("a", pictures, (Truth("Thumb Up", 0, 1),)),
        LabelledStream("a", pictures, (Truth("Thumb Down", 0, 1),)),
        LabelledStream("b", pictures, ()),
    ]
    spec = replace(small_spec(small_net()), labels=LABELS, decoding=AT_ONCE, rate_hz=4.0)
    found = scores(takes, [rises, rises, rises], spec)
    assert found == {"a": Score(1, 2, 1, 2 / 60, pytest.approx(0.75), 1), "b": Score(0, 0, 1, 1 / 60)}


def test_a_wrong_event_is_counted_for_its_label() -> None:
    rises = np.array([[1, 0, 0], [0, 1, 0], [0, 1, 0], [1, 0, 0]], np.float32)
    pictures = np.zeros((4, 2, 2, 3), np.uint8)
    takes = [LabelledStream("a", pictures, (Truth(label, 0, 1),)) for label in ("Thumb Up", "Thumb Down")]
    spec = replace(small_spec(small_net()), labels=LABELS, decoding=AT_ONCE, rate_hz=4.0)
    found = scores_by_label(takes, [rises, rises], spec)
    assert found == {"Thumb Up": Score(named=1, total=1, wrong=1), "Thumb Down": Score(named=0, total=1)}


def test_naming_after_the_end_is_reported() -> None:
    assert str(Score(2, 3, 1, 0.5, -0.6)) == "2/3 named 0.3 s after their end, 1 wrong in 0.5 min"
    assert "2/3 named 0.3 s before their end" in str(Score(2, 3, 1, 0.5, 0.6))
