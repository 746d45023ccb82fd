"""Quick gestures: what a short window fires counts where the fused answer agrees."""

from itertools import pairwise

import numpy as np
import pytest

from models.clip_spec import QuickWindow
from models.decoder import Decoder
from models.quick_gestures import QuickGestures
from models.spec import Decoding, Rule

LABELS = ("No gesture", "Swiping Left", "Thumb Up")
NOTHING, LEFT, UP = range(3)
RATE_HZ = 12


def sure(label: int, share: float = 0.98) -> np.ndarray:
    probabilities = np.full(len(LABELS), (1 - share) / 2, np.float32)
    probabilities[label] = share
    return probabilities


def run(fused, shown, settings=None):
    """The events, and what lasts at each step, of (label, steps) of the fused answer and of the short window."""
    decoder = Decoder(LABELS, Decoding(0.2, Rule(0.6, 0.3, 0.0, 0.5)))
    quick = QuickGestures(LABELS, settings or QuickWindow())
    events, lasting = [], []
    rows = [[row for row, steps in script for _ in range(steps)] for script in (fused, shown)]
    for step, (calm, short) in enumerate(zip(*rows, strict=True)):
        time_s = step / RATE_HZ
        event = decoder.update(calm, time_s)
        event, last = quick.decide(event, decoder, short, time_s, short is not None)
        events += [event] if event else []
        lasting.append(last)
    return events, lasting


def test_a_gesture_of_the_fused_answer_fires_once_by_both():
    events, lasting = run([(sure(LEFT), 12)], [(sure(LEFT), 12)])
    assert [event.label for event in events] == ["Swiping Left"]
    assert lasting[-1] == "Swiping Left"


def test_each_of_a_row_is_counted_and_told_to_be_made_again():
    shown = [(sure(LEFT), 6), (sure(NOTHING), 6)] * 3
    events, lasting = run([(sure(LEFT), 36)], shown)
    assert [event.label for event in events] == ["Swiping Left"] * 3
    assert [event.again for event in events] == [False, True, True]
    assert lasting[-1] == "Swiping Left"


def test_the_fused_answer_has_to_agree():
    shown = [(sure(NOTHING), 6), (sure(UP), 12)]
    alone = run([(sure(LEFT), 18)], shown)[0]
    assert [event.label for event in alone] == ["Swiping Left"]
    unsure = np.array([0.2, 0.4, 0.4], np.float32)
    agreed, lasting = run([(sure(NOTHING), 3), (unsure, 15)], shown)
    assert [event.label for event in agreed] == ["Thumb Up"]
    assert not agreed[0].again
    assert lasting[-1] == "Thumb Up"
    assert run([(sure(NOTHING), 3), (unsure, 15)], shown, QuickWindow(confirmed=0.5))[0] == []


@pytest.mark.parametrize("gap", [None, "asked"])
def test_asleep_it_forgets(gap):
    unsure = np.array([0.2, 0.4, 0.4], np.float32)
    between = [(None, 12)] if gap is None else [(sure(UP), 12)]
    events, _ = run([(unsure, 36)], [(sure(UP), 12), *between, (sure(UP), 12)])
    assert len(events) == (2 if gap is None else 1)


def test_the_same_label_twice_at_once_is_one_gesture():
    shown = [(sure(LEFT), 4), (sure(NOTHING), 2)] * 4
    often = run([(sure(LEFT), 24)], shown, QuickWindow(same_s=0.0))[0]
    seldom = run([(sure(LEFT), 24)], shown, QuickWindow(same_s=1.4))[0]
    assert len(often) > len(seldom)
    assert all(after.fired_s - before.fired_s >= 1.4 for before, after in pairwise(seldom))
