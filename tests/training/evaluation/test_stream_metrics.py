"""Properties of the metrics of streams, and streams with known values."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decoder import GestureEvent
from training.evaluation.stream_metrics import (
    GRACE_S,
    StreamOutput,
    Truth,
    accuracy_at_share,
    delays_s,
    edit_distance,
    false_activations,
    levenshtein_accuracy,
    match_events,
    stream_reliability,
)

LABELS = ("No gesture", "Thumb Up", "Stop Sign")
GESTURES = LABELS[1:]
RATE_HZ = 10.0
words = st.lists(st.sampled_from("abc"), max_size=8)


def event(label: str, fired_s: float) -> GestureEvent:
    return GestureEvent(label, 0.9, fired_s, fired_s)


def output_of(truths=(), found=(), seconds=20.0, label="No gesture") -> StreamOutput:
    """A stream; the network's output is one label at all steps."""
    logits = np.zeros((round(seconds * RATE_HZ), len(LABELS)), np.float32)
    logits[:, LABELS.index(label)] = 5
    return StreamOutput(tuple(truths), tuple(found), logits, RATE_HZ)


@st.composite
def streams(draw):
    """Successive gestures, and events at random times."""
    time_s, truths = 0.0, []
    for _ in range(draw(st.integers(0, 4))):
        start = time_s + draw(st.floats(0, 4))
        time_s = start + draw(st.floats(0.1, 3))
        truths.append(Truth(draw(st.sampled_from(LABELS)), start, time_s))
    times = sorted(draw(st.lists(st.floats(0, 30), max_size=6)))
    return output_of(truths, [event(draw(st.sampled_from(GESTURES)), at) for at in times], 30.0)


@given(words, words, words)
@settings(max_examples=80)
def test_edit_distance_is_a_distance(a, b, c):
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


def test_edit_distance_of_the_usual_example():
    assert edit_distance("kitten", "sitting") == 3


@given(streams())
@settings(max_examples=80)
def test_metrics_stay_in_their_ranges(stream):
    gestures = stream.gestures
    matches = [match for match in match_events(stream.found, gestures) if match]
    wrong, minutes = false_activations([stream])
    assert len(matches) <= min(len(gestures), len(stream.found))
    assert 0 <= minutes <= 0.5
    assert wrong + len(matches) <= len(stream.found)  # what names a gesture is never false
    accuracy = levenshtein_accuracy([stream])
    assert math.isnan(accuracy) if not gestures else 0 <= accuracy <= 1
    assert all(delay is None or delay >= 0 for delay in delays_s([stream]))


@given(streams(), streams())
@settings(max_examples=40)
def test_streams_add_up(one, other):
    parts = [false_activations([stream]) for stream in (one, other)]
    assert false_activations([one, other]) == pytest.approx([sum(values) for values in zip(*parts, strict=True)])
    assert delays_s([one, other]) == delays_s([one]) + delays_s([other])


def test_levenshtein_accuracy_is_never_below_0():
    truth = Truth("Thumb Up", 1, 2)
    assert levenshtein_accuracy([output_of([truth], [event("Thumb Up", 1.5)])]) == 1
    assert levenshtein_accuracy([output_of([truth], [event("Stop Sign", at) for at in (1.2, 5, 6)])]) == 0
    two = [truth, Truth("Stop Sign", 4, 5)]
    assert levenshtein_accuracy([output_of(two, [event("Thumb Up", 1.5)])]) == 0.5
    # An event in a stream without gestures costs as much as one elsewhere.
    assert levenshtein_accuracy([output_of(two, [event("Thumb Up", 1.5)]), output_of([], [event("Stop Sign", 1)])]) == 0


def test_delay_is_from_the_start():
    truths = [Truth("Thumb Up", 1, 3), Truth("Stop Sign", 6, 7), Truth("No gesture", 8, 9)]
    stream = output_of(truths, [event("Thumb Up", 2.5), event("Thumb Up", 6.5)])
    assert delays_s([stream]) == [1.5, None]


def test_events_outside_gestures_and_their_grace_are_false():
    truths = [Truth("Thumb Up", 2, 4), Truth("Stop Sign", 4.5, 6), Truth("No gesture", 10, 12)]
    found = [event("Stop Sign", at) for at in (1.0, 3.0, 6 + GRACE_S - 0.1, 6 + GRACE_S + 0.1, 11.0)]
    assert false_activations([output_of(truths, found)]) == (3, pytest.approx((20 - 4 - GRACE_S) / 60))


def test_a_gesture_beyond_the_end_does_not_reduce_the_minutes():
    assert false_activations([output_of([Truth("Thumb Up", 25, 30)])]) == (0, pytest.approx(20 / 60))


def test_accuracy_after_a_share_of_a_gesture():
    stream = output_of([Truth("Thumb Up", 1, 2)])
    stream.logits[15:, LABELS.index("Thumb Up")] = 9  # right from its sixth step of ten on
    accuracies = [accuracy_at_share([stream], LABELS, share) for share in (0.25, 0.5, 0.6, 1.0)]
    assert accuracies == [0, 0, 1, 1]
    assert math.isnan(accuracy_at_share([output_of()], LABELS, 1.0))


def test_reliability_counts_the_second_half_of_gestures_and_idle_steps():
    stream = output_of([Truth("Thumb Up", 4, 8)], label="Thumb Up")
    found = stream_reliability([stream], LABELS, temperature=1.0)
    right, scored = 20, 20 + 40 + 110  # 2 s of the gesture; 4 s before it, 11 s from a second after it on
    sure = 1 / (1 + 2 * math.exp(-5))
    assert found.error == pytest.approx(sure - right / scored, abs=1e-6)
    assert stream_reliability([output_of(label="Thumb Up")], ("Archery", "Thumb Up", "Yo Yo"), 1.0) is None
