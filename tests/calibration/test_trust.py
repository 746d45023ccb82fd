"""Temperature, reliability and thresholds from takes."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from people import LABELS, SPEC, a_minute_of_work, a_take, work_stream

from calibration.diagram import draw
from calibration.fit_report import report, warnings
from calibration.fitting import fit
from calibration.reliability import Reliability
from calibration.take import Kind
from calibration.temperature import LabelledSteps, fit_temperature
from calibration.thresholds import (
    MAX_ENTER,
    MIN_ENTER,
    GesturePeaks,
    Tail,
    Target,
    block_peaks,
    choose_threshold,
    choose_thresholds,
    sustained,
    total_false_events,
)
from calibration.user_profile import UserProfile


def sampled(sharpness, seed=0, takes=60):
    """Takes whose truth was drawn from the softmax of some logits; the model's logits are those times `sharpness`."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(takes):
        logits = rng.normal(0, 2, len(LABELS))
        likely = np.exp(logits) / np.exp(logits).sum()
        truth = rng.choice(len(LABELS), p=likely)
        output = np.tile((sharpness * logits).astype(np.float32), (12, 1))
        kind, label = (Kind.WORK, "") if truth < 2 else (Kind.GESTURE, LABELS[truth])
        found.append(a_take(kind, label, work_stream(rng, 1), output))
    return found


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_temperature_undoes_over_and_under_confidence(sharpness):
    labelled = LabelledSteps.of(sampled(sharpness, takes=400), LABELS)
    assert fit_temperature(labelled) == pytest.approx(sharpness, rel=0.3)


def test_the_fitted_temperature_lowers_the_calibration_error():
    labelled = LabelledSteps.of(sampled(3.0, takes=300), LABELS)
    before, after = Reliability.of(labelled, 1.0), Reliability.of(labelled, fit_temperature(labelled))
    assert after.error < before.error / 2
    assert before.share.sum() == pytest.approx(1)


def test_calibration_error_of_a_known_case():
    """Confidence 80 %, accuracy 50 %."""
    odds = math.log(0.8 / (0.2 / 3))
    logits = np.tile(np.array([0, 0, odds, 0], np.float32), (12, 1))
    rng = np.random.default_rng(0)
    takes = [a_take(Kind.GESTURE, label, work_stream(rng, 1), logits) for label in LABELS[2:]]
    assert Reliability.of(LabelledSteps.of(takes, LABELS), 1.0).error == pytest.approx(0.3, abs=1e-3)


def test_which_of_the_two_no_gestures_it_is_makes_no_difference():
    either = [np.tile(np.array(row, np.float32), (12, 1)) for row in ([4, 0, 0, 0], [0, 4, 0, 0])]
    rng = np.random.default_rng(0)
    thumb = a_take(Kind.GESTURE, "Thumb Up", work_stream(rng, 1))
    losses = [
        LabelledSteps.of([thumb, a_take(Kind.WORK, "", work_stream(rng, 1), logits)], LABELS).loss(1.0)
        for logits in either
    ]
    assert losses[0] == pytest.approx(losses[1])


def test_without_takes_of_known_gestures_the_models_temperature_stays():
    done = fit(UserProfile.of("ann", SPEC), SPEC, [a_minute_of_work()], Target())
    assert done.profile.temperature == SPEC.temperature
    assert done.before is None


def test_a_tail_tells_the_rate_it_was_drawn_from():
    """Exponential log odds: the rate at any height is known."""
    odds = np.random.default_rng(0).exponential(1.0, 600) - 4
    tail = Tail.of(list(1 / (1 + np.exp(-odds))), minutes=10)
    assert tail.rate(1 / (1 + math.exp(-1.0))) == pytest.approx(60 * math.exp(-5), rel=0.5)
    assert tail.rate(tail.reached(0.05)) == pytest.approx(0.05, rel=1e-3)


def heights(takes=(), tail=None, wrong=(), usual=0.6, label="x"):
    return GesturePeaks(label, takes, tail, wrong, usual)


def quiet():
    return Tail.of([0.001] * 60, minutes=1)


def restless(seed=0):
    """Work that is sometimes similar to a gesture."""
    return Tail.of(list(np.random.default_rng(seed).beta(1, 30, 60)), minutes=1)


def test_rarer_false_activations_ask_for_higher_thresholds():
    gesture = heights([0.95, 0.9], Tail.of(list(np.random.default_rng(0).beta(1, 6, 60)), minutes=1))
    chosen = [choose_threshold(gesture, rate) for rate in (1.0, 0.1, 0.01)]
    enters = [each.enter for each in chosen]
    assert enters == sorted(enters)
    assert enters[0] < enters[-1]
    rates = [each.false_in_ten_minutes for each in chosen]
    assert rates == sorted(rates, reverse=True)
    assert all(MIN_ENTER <= enter <= MAX_ENTER for enter in enters)


def test_a_quiet_gesture_with_strong_takes_may_fire_sooner_than_usual():
    chosen = choose_threshold(heights([0.9, 0.95], quiet()), 0.1)
    assert chosen.enter < 0.6
    assert (chosen.found, chosen.takes) == (2, 2)
    assert choose_threshold(heights([], quiet()), 0.1).enter == 0.6


def test_a_gesture_that_none_of_its_takes_reaches_fires_no_sooner():
    chosen = choose_threshold(heights([0.1, 0.2], quiet()), 0.1)
    assert chosen.enter == 0.6
    assert (chosen.found, chosen.takes) == (0, 2)


def test_nothing_fires_below_a_moment_that_was_wrong():
    assert choose_threshold(heights([0.95], wrong=[0.7]), 0.1).enter > 0.7


def test_without_work_nothing_gets_easier_to_fire() -> None:
    for takes in ([], [0.1], [0.35, 0.4, 0.3], [0.9, 0.95]):
        assert choose_threshold(heights(takes), 0.1).enter >= 0.6


@pytest.mark.parametrize("target", [Target(1, 10), Target(10, 10), Target(1, 60)])
def test_all_gestures_together_hold_a_target_that_can_be_held(target):
    chosen = choose_thresholds([*(heights(tail=restless(k)) for k in range(25)), heights([0.9], quiet())], target)
    assert 0 < total_false_events(chosen) <= 10 * target.rate
    assert max(each.enter for each in chosen) < MAX_ENTER
    assert chosen[-1].enter < 0.6


def test_where_one_gesture_cannot_hold_the_target_the_others_hold_it_among_themselves():
    always = Tail.of([0.9999] * 60, minutes=1)
    others = [heights(tail=Tail.of(list(np.random.default_rng(k).beta(1, 12, 60)), minutes=1)) for k in range(3)]
    first, *chosen = choose_thresholds([heights([0.99], always), *others], Target(1, 10))
    assert first.enter == MAX_ENTER
    assert first.false_in_ten_minutes > 1
    assert 0.9 < total_false_events(chosen) <= 1
    assert max(each.enter for each in chosen) < MAX_ENTER


def test_a_level_is_held_by_every_step_of_the_time():
    levels = sustained(np.array([0.2, 0.9, 0.4, 0.5, 0.6], np.float32), 2)
    np.testing.assert_allclose(levels, [0, 0.2, 0.4, 0.4, 0.5])
    np.testing.assert_allclose(sustained(np.array([0.2, 0.9], np.float32), 1), [0.2, 0.9])


def test_blocks_are_seconds():
    assert block_peaks(np.linspace(0, 1, 36, dtype=np.float32), 12) == pytest.approx([11 / 35, 23 / 35, 1])


def test_the_report_and_the_diagram_tell_what_was_done():
    takes = [*sampled(3.0), a_minute_of_work()]
    done = fit(UserProfile.of("ann", SPEC), SPEC, takes, Target(2, 5))
    text = report(done, Target(2, 5))
    assert "at most 2 in 5 minutes" in text
    assert all(label in text for label in LABELS[2:])
    picture = ET.fromstring(draw({"before": done.before, "after": done.after}))
    assert sum(each.tag.endswith("line") for each in picture.iter()) == 2
    assert f"ECE {done.after.error:.3f}" in "".join(picture.itertext())
    assert [*warnings(done, Target(5, 5)), *done.never_firing] == []


def warned(*takes):
    done = fit(UserProfile.of("ann", SPEC), SPEC, takes, Target())
    lines = [*warnings(done, Target()), *done.never_firing]
    assert not any("\n" in line for line in lines)
    return lines


def thumb_up(seconds=3.0, odds=9.0, kind=Kind.GESTURE):
    """The model has "Thumb Up" with this logit all the time."""
    logits = np.tile(np.array([0, 0, 0, odds], np.float32), (round(12 * seconds), 1))
    label = "" if kind is Kind.WORK else "Thumb Up"
    return a_take(kind, label, work_stream(np.random.default_rng(0), seconds), logits)


def test_that_no_work_was_recorded_is_reported():
    (line,) = warned(thumb_up())
    assert "no work is recorded" in line
    assert "--profile ann --work 60" in line


def test_that_little_work_was_recorded_is_reported():
    (line,) = warned(a_take(Kind.WORK, "", work_stream(np.random.default_rng(0), 10)))
    assert "only 10 s of work" in line


def test_a_target_that_is_missed_is_reported_with_what_is_expected():
    """A gesture with high confidence throughout work fires in every block, at any threshold."""
    done = fit(UserProfile.of("ann", SPEC), SPEC, [thumb_up(60, 20, Kind.WORK)], Target(2, 5))
    (line,) = warnings(done, Target(2, 5))
    assert "at most 2 in 5 minutes is wanted and 30.00 are expected" in line
    assert "(30.00) from 'Thumb Up'" in line
    last = report(done, Target(2, 5)).splitlines()[-1].split()
    assert last == ["all", "gestures", f"{total_false_events(done.profile.thresholds):.2f}"]
    assert last[-1] == "60.00"


def test_a_gesture_of_the_models_that_is_in_none_of_its_takes_is_reported():
    unseen = [a_take(Kind.GESTURE, "Thumb Up", work_stream(np.random.default_rng(k), 3)) for k in range(3)]
    (line,) = warned(*unseen, a_minute_of_work())
    assert "'Thumb Up' is saved, but will hardly ever fire: none of the 3 takes" in line
    assert "in view of the camera" in line
