"""A gesture made several times in a row counts as often, one that is held counts once."""

import numpy as np
import pytest

from models.decoder import GestureEvent
from models.frame import Frame
from models.recognizer import Recognition
from models.repeats import AGAIN, NOTHING, PARTED, RESTED_S, Repeats

LABELS = ("Swiping Left", "Thumb Up", "No gesture")
STEP_S = 0.1


def seen(time_s: float, smoothed: tuple[float, float, float], lasting: str | None, fires: bool = False) -> Recognition:
    frame = Frame(np.zeros((2, 2, 3), np.uint8), time_s, round(10 * time_s))
    probabilities = np.array(smoothed, np.float32)
    event = GestureEvent("Swiping Left", 0.9, time_s, time_s) if fires else None
    return Recognition(frame, (), probabilities, probabilities, event, lasting)


def times(hasty: list[float], usual: float = 0.9, lasting: str | None = "Swiping Left", rest: float = 0.0) -> list[int]:
    """At which steps a swipe that lasts counts again, from what both looks give it at each."""
    repeats = Repeats(LABELS)
    told = []
    for step, probability in enumerate(hasty):
        time_s = STEP_S * step
        nothing = rest if probability < PARTED else 0.0
        event = repeats.see(seen(time_s, (usual, 0, 0), lasting), seen(time_s, (probability, 0, nothing), None))
        if event:
            assert event.label == lasting
            assert event.again
            assert event.began_s < event.fired_s == time_s
            assert event.score == pytest.approx(min(usual, probability))
            told.append(step)
    return told


def test_each_time_that_it_is_made_again_counts():
    assert times([0.9, 0.2, 0.1, 0.6, 0.9, 0.3, 0.9]) == [3, 6]


def test_a_gesture_that_is_held_counts_once():
    assert times([0.9] * 9) == []
    assert times([0.9, PARTED + 0.05] * 4) == []
    assert times([0.2, AGAIN - 0.05] * 4) == []


def test_both_looks_must_see_it():
    again = [0.9, 0.1, 0.9]
    assert times(again) == [2]
    assert times(again, usual=AGAIN - 0.05) == []
    assert times(again, lasting="Thumb Up") == []
    assert times(again, lasting=None) == []


def test_after_a_rest_what_comes_is_another_gesture():
    pause = round(RESTED_S / STEP_S)
    assert times([0.9, *[0.0] * (pause - 1), 0.9], rest=NOTHING + 0.05) == [pause]
    assert times([0.9, *[0.0] * (pause + 2), 0.9], rest=NOTHING + 0.05) == []
    assert times([0.9, *[0.0] * (pause + 2), 0.9], rest=NOTHING - 0.05) == [pause + 3]


def test_what_was_before_the_gesture_fired_does_not_part_it():
    repeats = Repeats(LABELS)
    repeats.see(seen(0.0, (0.9, 0, 0), "Swiping Left"), seen(0.0, (0.0, 0, 0), None))
    assert repeats.see(seen(0.1, (0.9, 0, 0), "Swiping Left", fires=True), seen(0.1, (0.9, 0, 0), None)) is None
    repeats.see(seen(0.2, (0.9, 0, 0), "Swiping Left"), seen(0.2, (0.0, 0, 0), None))
    repeats.reset()
    assert repeats.see(seen(0.3, (0.9, 0, 0), "Swiping Left"), seen(0.3, (0.9, 0, 0), None)) is None


def test_a_hasty_look_that_sleeps_says_nothing():
    assert Repeats(LABELS).see(seen(0.0, (0.9, 0, 0), "Swiping Left"), None) is None
