"""Temperature, reliability and thresholds from what a person showed."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from people import LABELS, SPEC, a_minute_of_work, a_take, work_stream

from calibration.diagram import draw
from calibration.fit_report import report
from calibration.fitting import fit
from calibration.reliability import Reliability
from calibration.take import Kind
from calibration.temperature import Evidence, fit_temperature
from calibration.thresholds import HIGHEST, LOWEST, Tail, Target, block_peaks, choose
from calibration.user_profile import UserProfile


def sampled(sharpness, seed=0, takes=60):
    """Takes whose truth was drawn from the softmax of some logits; the model tells those times `sharpness`."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(takes):
        logits = rng.normal(0, 2, len(LABELS))
        likely = np.exp(logits) / np.exp(logits).sum()
        truth = rng.choice(len(LABELS), p=likely)
        told = np.tile((sharpness * logits).astype(np.float32), (12, 1))
        kind, label = (Kind.WORK, "") if truth < 2 else (Kind.GESTURE, LABELS[truth])
        found.append(a_take(kind, label, work_stream(rng, 1), told))
    return found


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_temperature_undoes_over_and_under_confidence(sharpness):
    evidence = Evidence.of(sampled(sharpness, takes=400), LABELS)
    assert fit_temperature(evidence) == pytest.approx(sharpness, rel=0.3)


def test_the_fitted_temperature_lowers_the_calibration_error():
    evidence = Evidence.of(sampled(3.0, takes=300), LABELS)
    before, after = Reliability.of(evidence, 1.0), Reliability.of(evidence, fit_temperature(evidence))
    assert after.error < before.error / 2
    assert before.share.sum() == pytest.approx(1)


def test_calibration_error_of_a_known_case():
    """Always 80 % sure of the same, right half of the time."""
    odds = math.log(0.8 / (0.2 / 3))
    logits = np.tile(np.array([0, 0, odds, 0], np.float32), (12, 1))
    rng = np.random.default_rng(0)
    takes = [a_take(Kind.GESTURE, label, work_stream(rng, 1), logits) for label in LABELS[2:]]
    assert Reliability.of(Evidence.of(takes, LABELS), 1.0).error == pytest.approx(0.3, abs=1e-3)


def test_which_of_the_two_no_gestures_it_is_makes_no_difference():
    either = [np.tile(np.array(row, np.float32), (12, 1)) for row in ([4, 0, 0, 0], [0, 4, 0, 0])]
    rng = np.random.default_rng(0)
    thumb = a_take(Kind.GESTURE, "Thumb Up", work_stream(rng, 1))
    losses = [
        Evidence.of([thumb, a_take(Kind.WORK, "", work_stream(rng, 1), logits)], LABELS).loss(1.0) for logits in either
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


def test_stricter_targets_ask_for_higher_thresholds():
    tail = Tail.of(list(np.random.default_rng(0).beta(1, 6, 60)), minutes=1)
    chosen = [choose("x", [0.95, 0.9], tail, [], rate, 0.6) for rate in (1.0, 0.1, 0.01)]
    enters = [each.enter for each in chosen]
    assert enters == sorted(enters)
    assert enters[0] < enters[-1]
    rates = [each.false_in_ten_minutes for each in chosen]
    assert rates == sorted(rates, reverse=True)
    assert all(LOWEST <= enter <= HIGHEST for enter in enters)


def test_a_quiet_gesture_with_strong_takes_may_fire_sooner_than_usual():
    chosen = choose("x", [0.9, 0.95], Tail.of([0.001] * 60, minutes=1), [], 0.1, 0.6)
    assert chosen.enter < 0.6
    assert (chosen.found, chosen.takes) == (2, 2)
    assert choose("x", [], Tail.of([0.001] * 60, minutes=1), [], 0.1, 0.6).enter == 0.6


def test_nothing_fires_below_a_moment_that_was_wrong():
    assert choose("x", [0.95], None, [0.7], 0.1, 0.6).enter > 0.7


def test_without_work_nothing_gets_easier_to_fire() -> None:
    for takes in ([], [0.1], [0.35, 0.4, 0.3], [0.9, 0.95]):
        assert choose("x", takes, None, [], 0.1, 0.6).enter >= 0.6


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
