"""Which pass decides, when events are the same gesture, and how often a lasting gesture is made."""

import numpy as np
import pytest
from fakes import ScriptedEngine

from models.fast_pass import MainAndFastPass
from models.networks import networks_of
from models.recognition import Step
from models.spec import Decoding, FastPass, ModelSpec, Rule
from models.vocabulary import Group, Vocabulary

LABELS = ("No gesture", "Swiping Left", "Swiping Right", "Thumb Up")
RATE_HZ = 10
NOTHING = {"No gesture": 1.0}
UNSURE = {"No gesture": 0.9}
"""Low enough for the fast pass to run."""


SWIPES = Vocabulary((Group("swipe", ("Swiping Left", "Swiping Right")), Group("Thumb Up", ("Thumb Up",))))


def fusion(vocabulary: Vocabulary | None = None, enter: float = 0.6) -> MainAndFastPass:
    """Both passes decode without smoothing: exit below 0.3, rest 0.2 s."""
    decoding = Decoding(0.0, Rule(enter, 0.3, 0.0, 0.2))
    engine = ScriptedEngine()
    engine.spec = ModelSpec(
        "scripted", LABELS, 8, 8, (0.0,) * 3, (1.0,) * 3, RATE_HZ, (), 1, 4, 1.0, decoding,
        fast_pass=FastPass(4, 1.0, decoding),
    )  # fmt: skip
    return MainAndFastPass(*networks_of(engine, vocabulary=vocabulary))


def step(network, time_s, probabilities):
    row = np.array([probabilities.get(label, 0.0) for label in LABELS], np.float32)
    return Step(network, time_s, np.zeros((8, 8, 3), np.uint8), row, row, row, 1.0)


def decide(fused, time_s, main, fast=None):
    """One due time with the output of the passes; returns the decision. The fast pass runs only if it is wanted."""
    fused.note(step("stream", time_s, main))
    if fused.wants("fast"):
        fused.note(step("fast", time_s, fast or {}))
    return fused.decide(time_s)


def flashes(*times_s, label="Thumb Up"):
    """A gesture for two steps at each of these times."""
    return {round(t + k / RATE_HZ, 1): {label: 0.9} for t in times_s for k in range(2)}


def fired(main, fast, until_s=12.0, fused=None):
    """The labels that fire, by time, from the output of each pass at some times; otherwise mostly no gesture."""
    fused, labels = fused or fusion(), {}
    for time_s in np.round(np.arange(0, until_s, 1 / RATE_HZ), 1).tolist():
        decision = decide(fused, time_s, main.get(time_s, UNSURE), fast.get(time_s, NOTHING))
        if decision.event:
            labels[time_s] = (decision.event.label, decision.step.network)
    return labels


def test_the_main_pass_decides_while_the_fast_one_fires_seldom():
    main = flashes(1.0, label="Swiping Left") | flashes(6.0, label="Swiping Right")
    parts_of_gestures = flashes(0.5, 1.5, 6.5)
    assert fired(main, parts_of_gestures) == {1.0: ("Swiping Left", "stream"), 6.0: ("Swiping Right", "stream")}


def test_the_fast_pass_decides_while_it_fires_often():
    main = flashes(1.5, label="Swiping Left") | flashes(4.6, label="Swiping Right")
    fast = flashes(1.0, 2.0, 3.0, 4.0)
    assert fired(main, fast) == {1.5: ("Swiping Left", "stream"), 3.0: ("Thumb Up", "fast"), 4.0: ("Thumb Up", "fast")}


def test_once_its_gestures_thin_out_it_decides_no_more():
    fast = flashes(1.0, 2.0, 3.0, 9.0)
    main = flashes(8.0, label="Swiping Left")
    assert fired(main, fast) == {3.0: ("Thumb Up", "fast"), 8.0: ("Swiping Left", "stream")}


def test_what_both_passes_see_fires_once():
    fast = flashes(1.0, 2.0, 3.0)
    assert fired(flashes(2.5), fast) == {2.5: ("Thumb Up", "stream")}


def test_what_is_reported_is_what_the_deciding_pass_says():
    fused = fusion()
    fired({}, flashes(1.0, 2.0), until_s=3.0, fused=fused)
    assert decide(fused, 3.0, UNSURE, {"Thumb Up": 0.9}).smoothed[3] == pytest.approx(0.9)
    later = decide(fused, 3.1, UNSURE, {"Thumb Up": 0.5})
    assert (later.step.network, later.lasting) == ("fast", "Thumb Up")
    assert later.step.probabilities[3] == pytest.approx(0.5)


def test_a_gesture_lasts_as_long_as_the_pass_says_that_fired_it():
    fused = fusion()
    fired({}, flashes(1.0, 2.0), until_s=3.0, fused=fused)
    assert decide(fused, 3.0, {"Swiping Left": 0.4, "No gesture": 0.5}, {"Thumb Up": 0.9}).lasting == "Thumb Up"
    assert decide(fused, 3.1, {"Swiping Left": 0.4, "No gesture": 0.5}, NOTHING).lasting is None


def test_the_fast_pass_sleeps_while_the_main_one_is_sure_and_forgets():
    fused = fusion()
    fired({}, flashes(1.0, 2.0), until_s=3.0, fused=fused)
    decide(fused, 3.0, NOTHING)
    assert not fused.wants(1)
    decide(fused, 3.1, UNSURE, {"Thumb Up": 0.9})
    assert decide(fused, 3.2, NOTHING).lasting is None


def test_a_stream_that_starts_again_has_fired_nothing():
    fused = fusion()
    fired({}, flashes(1.0, 2.0), until_s=3.0, fused=fused)
    fused.reset()
    assert decide(fused, 3.0, UNSURE, {"Thumb Up": 0.9}).event is None


def repeats(fast, main=0.9, rest=0.0, enter=0.6):
    """At which steps a swipe that lasts fires again, from what the passes give it at each; the first fires it."""
    fused, steps = fusion(enter=enter), []
    for k, probability in enumerate(fast):
        fast_now = {"Swiping Left": probability} | ({"No gesture": rest} if probability < 0.3 else {})
        decision = decide(fused, k / RATE_HZ, {"Swiping Left": main if k else 0.9}, fast_now)
        if decision.event:
            assert decision.event.label == decision.lasting == "Swiping Left"
            assert decision.event.again == (k > 0)
            steps.append(k)
    return steps


def test_a_lasting_gesture_fires_each_time_that_it_is_made_again():
    assert repeats([0.5] * 4 + [0.2] * 4 + [0.9] + [0.5] * 3 + [0.2] * 4 + [0.9]) == [0, 8, 16]


def test_a_gesture_that_is_held_fires_once():
    assert repeats([0.5] * 20) == [0]
    assert repeats([0.5, 0.5, *[0.4, 0.55] * 8]) == [0]
    assert repeats([0.2, 0.45] * 8) == [0]


def test_both_passes_must_see_the_repetition():
    again = [0.5] * 4 + [0.1] * 4 + [0.9]
    assert repeats(again) == [0, 8]
    assert repeats(again, main=0.45) == [0]


def test_a_repetition_needs_five_sixths_of_the_threshold_and_at_least_half():
    def again(probability, enter):
        return repeats([0.5] * 4 + [0.1] * 4 + [probability], enter=enter) == [0, 8]

    assert [again(0.72, 0.84), again(0.68, 0.84)] == [True, False]
    assert [again(0.52, 0.4), again(0.48, 0.4)] == [True, False]


def test_after_a_rest_what_comes_is_another_gesture():
    assert repeats([0.5] * 4 + [0.0] * 5 + [0.9], rest=0.95) == [0, 9]
    assert repeats([0.5] * 4 + [0.0] * 9 + [0.9], rest=0.95) == [0]
    assert repeats([0.5] * 4 + [0.0] * 9 + [0.9], rest=0.7) == [0, 13]


def test_what_was_before_the_gesture_fired_does_not_rearm_it():
    fused = fusion()
    decide(fused, 0.0, {"Swiping Left": 0.4}, {"Swiping Left": 0.1})
    assert decide(fused, 0.1, {"Swiping Left": 0.9}, {"Swiping Left": 0.55}).event
    assert decide(fused, 1.1, {"Swiping Left": 0.9}, {"Swiping Left": 0.55}).event is None


def test_a_repetition_right_after_its_gesture_is_the_same_one():
    assert repeats([0.5, 0.1, 0.1, 0.9]) == [0]


def test_labels_that_mean_the_same_are_one_gesture_to_both_passes():
    main, fast = flashes(2.5, label="Swiping Left"), flashes(1.0, 2.0, 3.0, label="Swiping Right")
    apart = {2.5: ("Swiping Left", "stream"), 3.0: ("Swiping Right", "fast")}
    assert fired(main, fast) == apart
    assert fired(main, fast, fused=fusion(SWIPES)) == {2.5: ("Swiping Left", "stream")}


def test_a_lasting_group_is_made_again_by_any_of_its_labels():
    fused, events = fusion(SWIPES), []
    fast = [0.3] * 4 + [0.1] * 4 + [0.45]
    for k, probability in enumerate(fast):
        main = {"Swiping Left": 0.9} if k == 0 else {"Swiping Left": 0.4, "Swiping Right": 0.5}
        decision = decide(fused, k / RATE_HZ, main, {"Swiping Left": probability, "Swiping Right": probability})
        assert decision.lasting == "swipe"
        events += [decision.event] if decision.event else []
    assert [(event.label, event.group, event.again) for event in events] == [
        ("Swiping Left", "swipe", False),
        ("Swiping Right", "swipe", True),
    ]
    assert events[1].score == pytest.approx(0.9)
