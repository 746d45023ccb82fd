"""Frames in, gestures out: which frames the network steps on, and what it makes of them."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import ScriptedEngine
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ModelFileError
from models.frame import Frame
from models.recognizer import Recognizer, StepGrid
from models.softmax import softmax


def frames(times, shade=None):
    """Grey frames at these times."""
    for index, time_s in enumerate(times):
        yield Frame(np.full((8, 8, 3), 100 if shade is None else shade(time_s), np.uint8), float(time_s), index)


def steps_of(times, rate_hz=12.0):
    grid = StepGrid(rate_hz)
    return [grid.due(t) for t in times]


@given(st.floats(5, 120), st.floats(4, 30))
def test_steps_come_at_the_models_rate_whatever_the_cameras(camera_hz, rate_hz):
    times = np.arange(0, 10, 1 / camera_hz)
    assert sum(steps_of(times, rate_hz)) == pytest.approx(10 * rate_hz, abs=2 + rate_hz / camera_hz)


@given(st.lists(st.floats(0.001, 0.3), min_size=2, max_size=60))
def test_jitter_neither_gains_nor_loses_steps(gaps):
    times = np.cumsum(gaps)
    steps = np.cumsum(steps_of(times))
    expected = (times - times[0]) * 12 + 1
    assert np.abs(steps - expected).max() <= 1.0 + 1e-6


def test_a_camera_at_the_models_rate_is_never_skipped_or_repeated():
    jitter = np.random.default_rng(0).uniform(-0.01, 0.01, 200)
    assert set(steps_of(np.arange(200) / 12 + jitter)) <= {1}


def test_the_frame_nearest_to_the_grid_is_taken():
    assert steps_of(np.arange(11) / 30) == [1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1]


def test_a_slow_camera_repeats_its_frames():
    assert steps_of(np.arange(5) / 6) == [1, 2, 2, 2, 2]


def test_see_steps_the_engine_as_often_as_the_grid_says():
    engine = ScriptedEngine()
    recognizer = Recognizer(engine)
    seen = [recognizer.see(frame) for frame in frames(np.arange(60) / 30)]
    assert engine.steps == sum(len(s.steps) for s in seen) == 24
    assert all(len(s.probabilities) == len(engine.spec.labels) for s in seen)


def test_between_steps_the_last_answer_stands():
    recognizer = Recognizer(ScriptedEngine(lambda picture: picture.mean()))
    first, second = (recognizer.see(frame) for frame in frames([0.0, 0.01]))
    assert len(first.steps) == 1
    assert second.steps == ()
    np.testing.assert_array_equal(first.probabilities, second.probabilities)


def test_the_steps_of_a_repeated_frame_lie_between_it_and_the_one_before():
    recognizer = Recognizer(ScriptedEngine())
    first, second = (recognizer.see(frame) for frame in frames([0.0, 0.25]))
    assert [step.time_s for step in first.steps] == [0.0]
    assert [step.time_s for step in second.steps] == pytest.approx([1 / 12, 2 / 12, 3 / 12])


def test_a_gesture_in_the_pictures_becomes_an_event():
    """The scripted engine sees a bright picture as a thumb up."""
    engine = ScriptedEngine(lambda picture: 4 if picture.mean() > 150 else 1)
    recognizer = Recognizer(engine)
    shown = frames(np.arange(90) / 30, shade=lambda t: 200 if 1 <= t < 2 else 50)
    events = [seen.event for seen in map(recognizer.see, shown) if seen.event]
    assert [event.label for event in events] == ["Thumb Up"]
    assert 1.0 <= events[0].fired_s < 1.6


@pytest.mark.parametrize("times", [[0.0, 0.1, 9.0], [5.0, 5.1, 2.0]], ids=["gap", "backwards"])
def test_after_a_break_the_stream_starts_anew(times):
    engine = ScriptedEngine()
    recognizer = Recognizer(engine)
    for frame in frames(times):
        recognizer.see(frame)
    assert engine.starts == 2
    assert engine.steps == 3


def test_the_temperature_softens_the_probabilities():
    sharp, soft = (
        Recognizer(ScriptedEngine(lambda _: 4, temperature=t)).see(next(frames([0.0]))).probabilities
        for t in (1.0, 5.0)
    )
    assert sharp.max() > soft.max()
    assert sharp.argmax() == soft.argmax() == 4


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=30))
def test_softmax_is_a_distribution_however_large_the_logits(logits):
    probabilities = softmax(np.array(logits, np.float32))
    assert np.isfinite(probabilities).all()
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-5)


def test_a_hasty_form_of_another_model_is_refused():
    other = ScriptedEngine()
    other.spec = replace(other.spec, rate_hz=6.0)
    with pytest.raises(ModelFileError, match="is no hasty form of scripted"):
        Recognizer(ScriptedEngine(), other)


def test_a_gap_makes_both_looks_forget():
    unsure, hasty = ScriptedEngine(temperature=8.0), ScriptedEngine()
    recognizer = Recognizer(unsure, hasty)
    for frame in frames([0.0, 0.1, 5.0]):
        recognizer.see(frame)
    assert unsure.starts == hasty.starts == 2
    assert unsure.steps == hasty.steps


def test_nobody_is_looked_at_in_haste_while_nothing_happens():
    """Two seconds of nothing, one of a thumb, two of nothing."""
    usual, hasty = (ScriptedEngine(lambda picture: 4 if picture.mean() > 150 else 1) for _ in range(2))
    recognizer, looked = Recognizer(usual, hasty), []
    for frame in frames(np.arange(60) / 12, lambda time_s: 200 if 2 <= time_s < 3 else 50):
        before = hasty.steps
        recognizer.see(frame)
        looked.append(hasty.steps > before)
    assert usual.steps == 60
    assert not any(looked[6:24])
    assert all(looked[25:36])
    assert not any(looked[42:])
    assert hasty.starts == 2  # it begins anew when it wakes


def test_an_engine_slower_than_the_camera_degrades_and_never_forgets():
    """It works on the newest frame, at its own pace; what was dropped meanwhile is not made up for."""
    engine = ScriptedEngine()
    recognizer, time_s, index, steps = Recognizer(engine), 0.0, 0, 0
    for _ in range(60):
        seen = recognizer.see(Frame(np.zeros((8, 8, 3), np.uint8), time_s, index))
        steps += len(seen.steps)
        assert len(seen.steps) <= 1
        time_s += 0.3 * max(1, len(seen.steps))  # each step takes 0.3 s, and the camera gives 30 frames a second
        index = round(time_s * 30)
    assert engine.starts == 1
    assert steps == 60


def test_a_frame_that_stands_for_many_carries_one_gesture_and_loses_none():
    """Left and right within one long gap: what fires second comes with the next frame, not never."""
    answers = iter([1, *[2] * 5, *[3] * 40])
    recognizer = Recognizer(ScriptedEngine(lambda _: next(answers)))
    events = [seen.event for seen in map(recognizer.see, frames([0.0, 1.0, 2.0, 3.0])) if seen.event]
    assert [event.label for event in events] == ["Swiping Left", "Swiping Right"]


def test_a_picture_of_another_size_begins_a_stream():
    """What a turned phone showed before is not the past of what it shows now."""
    wide, tall = (np.full((*size, 3), 100, np.uint8) for size in ((8, 12), (12, 8)))
    turned, fresh = Recognizer(ScriptedEngine()), Recognizer(ScriptedEngine())
    for k in range(30):
        turned.see(Frame(wide, k / 30, k))
    before = [fresh.see(Frame(tall, k / 30, k)).smoothed for k in range(30)]
    after = [turned.see(Frame(tall, (30 + k) / 30, 30 + k)).smoothed for k in range(30)]
    np.testing.assert_array_equal(before, after)
