"""From frames to events: on which frames the network steps, and the recognitions."""

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import LABELS, ScriptedEngine
from fakes import recognizer as recognizing
from hypothesis import given
from hypothesis import strategies as st

from app.meters import step_durations_ms
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.onnxruntime_ring import Ring
from models.errors import FrameError, ModelFileError
from models.frame import Frame
from models.networks import Networks, networks_of
from models.recognizer import Recognizer
from models.region import WHOLE, Region
from models.softmax import softmax
from models.step_grid import StepGrid

ROOT = Path(__file__).resolve().parents[2]


def thumb(picture):
    """The label of a picture: a bright one is a thumb up."""
    return 4 if picture.mean() > 150 else 1


def frames(times, shade=None):
    """Grey frames at these times."""
    for index, time_s in enumerate(times):
        yield Frame(np.full((8, 8, 3), 100 if shade is None else shade(time_s), np.uint8), float(time_s), index)


def steps_of(times, rate_hz=12.0):
    grid = StepGrid(rate_hz)
    return [grid.count(t) for t in times]


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
    recognizer = recognizing(engine)
    seen = [recognizer.see(frame) for frame in frames(np.arange(60) / 30)]
    assert engine.steps[1] == sum(len(s.steps) for s in seen) == 24
    assert all(len(s.probabilities) == len(engine.spec.labels) for s in seen)


def test_between_steps_the_last_output_stands():
    recognizer = recognizing(ScriptedEngine(lambda picture: picture.mean()))
    first, second = (recognizer.see(frame) for frame in frames([0.0, 0.01]))
    assert len(first.steps) == 1
    assert second.steps == ()
    np.testing.assert_array_equal(first.probabilities, second.probabilities)


def test_the_steps_of_a_repeated_frame_lie_between_it_and_the_one_before():
    recognizer = recognizing(ScriptedEngine())
    first, second = (recognizer.see(frame) for frame in frames([0.0, 0.25]))
    assert [step.time_s for step in first.steps] == [0.0]
    assert [step.time_s for step in second.steps] == pytest.approx([1 / 12, 2 / 12, 3 / 12])


def test_a_gesture_in_the_pictures_becomes_an_event():
    """The scripted engine recognises a bright picture as a thumb up."""
    engine = ScriptedEngine(thumb)
    recognizer = recognizing(engine)
    shown = frames(np.arange(90) / 30, shade=lambda t: 200 if 1 <= t < 2 else 50)
    events = [seen.event for seen in map(recognizer.see, shown) if seen.event]
    assert [event.label for event in events] == ["Thumb Up"]
    assert 1.0 <= events[0].fired_s < 1.6


def test_after_a_gap_the_stream_starts_again():
    engine = ScriptedEngine()
    recognizer = recognizing(engine)
    for frame in frames([0.0, 0.1, 9.0]):
        recognizer.see(frame)
    assert engine.starts[1] == 2
    assert engine.steps[1] == 3


def test_a_frame_out_of_order_is_refused_and_the_stream_goes_on():
    engine = ScriptedEngine()
    recognizer = recognizing(engine)
    first, second, late, third = frames([5.0, 5.1, 5.05, 5.2])
    recognizer.see(first)
    recognizer.see(second)
    with pytest.raises(FrameError, match=r"runs backwards: 5\.05 s after 5\.1 s"):
        recognizer.see(late)
    recognizer.see(third)
    assert engine.starts[1] == 1


def test_after_a_reset_another_stream_may_begin_at_any_time():
    recognizer = recognizing(ScriptedEngine())
    recognizer.see(next(frames([5.0])))
    recognizer.reset()
    assert len(recognizer.see(next(frames([0.0]))).steps) == 1


@pytest.mark.parametrize("rate_hz", [12, 60, 240])
def test_times_in_milliseconds_are_refused(rate_hz):
    recognizer = recognizing(ScriptedEngine())
    *first, tenth = frames(1000 * np.arange(10) / rate_hz)
    for frame in first:
        recognizer.see(frame)
    with pytest.raises(FrameError, match="divide milliseconds by 1000"):
        recognizer.see(tenth)


def test_a_stream_that_stalls_is_not_refused():
    """Two frames were close together once, so its times are seconds."""
    recognizer = recognizing(ScriptedEngine())
    for frame in frames([0.0, 0.1, *np.arange(5.0, 500.0, 5.0)]):
        assert len(recognizer.see(frame).steps) == 1


def test_the_temperature_softens_the_probabilities():
    sharp, soft = (
        recognizing(ScriptedEngine(lambda _: 4, temperature=t)).see(next(frames([0.0]))).probabilities
        for t in (1.0, 5.0)
    )
    assert sharp.max() > soft.max()
    assert sharp.argmax() == soft.argmax() == 4


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=30))
def test_softmax_is_a_distribution_however_large_the_logits(logits):
    probabilities = softmax(np.array(logits, np.float32))
    assert np.isfinite(probabilities).all()
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"labels": LABELS[::-1]}, "other labels than"), ({"width": 9}, "takes 9x8 pixels and scripted 8x8")],
)
def test_networks_of_different_models_do_not_go_together(changes, said):
    other = ScriptedEngine()
    other.spec = replace(other.spec, **changes)
    with pytest.raises(ModelFileError, match=said):
        Networks(networks_of(ScriptedEngine()).stream, networks_of(other).stream)


def test_a_gap_makes_both_passes_forget():
    engine = ScriptedEngine(temperature=8.0, fast_label_of=lambda _: 1)
    recognizer = recognizing(engine)
    for frame in frames([0.0, 0.1, 5.0]):
        recognizer.see(frame)
    assert engine.starts == {1: 2, 4: 2}
    assert engine.steps == {1: 3, 4: 3}


def test_the_fast_pass_sleeps_while_nothing_happens():
    """Two seconds of nothing, one of a thumb; the same once more; two of nothing."""
    engine = ScriptedEngine(thumb, fast_label_of=thumb)
    recognizer, ran = recognizing(engine), []
    for frame in frames(np.arange(96) / 12, lambda time_s: 200 if int(time_s) in (2, 5) else 50):
        before = engine.steps[4]
        recognizer.see(frame)
        ran.append(engine.steps[4] > before)
    assert engine.steps[1] == 96
    assert not any(ran[6:24] + ran[42:60] + ran[78:])
    assert all(ran[25:36] + ran[61:72])
    assert engine.starts[4] == 2  # it starts from an empty past whenever it runs again


def flashes(seconds=5.0):
    """A thumb up in every other half second."""
    return frames(np.arange(int(30 * seconds)) / 30, lambda time_s: 200 if int(2 * time_s) % 2 else 50)


def test_the_fast_pass_decides_once_its_gestures_follow_close_on_one_another():
    """The main pass has low probabilities only."""
    engine = ScriptedEngine(temperature=8.0, fast_label_of=thumb)
    seen = [recognizer.see(frame) for recognizer in [recognizing(engine)] for frame in flashes()]
    fired = [each for each in seen if each.event]
    assert [each.event.label for each in fired] == ["Thumb Up"] * 3
    assert fired[0].event.fired_s == pytest.approx(2.6, abs=0.2)  # the third of them
    assert engine.steps == {1: 60, 4: 60}


def test_what_is_recognised_is_what_the_network_saw_that_fired():
    engine = ScriptedEngine(temperature=8.0, fast_label_of=thumb)
    recognizer = recognizing(engine)
    for seen in map(recognizer.see, flashes()):
        assert [step.network for step in seen.steps] in ([], ["stream", "fast"])
        if seen.event:
            assert seen.network == "fast"
            assert seen.probabilities is seen.steps[-1].probabilities
            assert seen.smoothed.argmax() == 4
        elif seen.frame.time_s < 2:
            assert seen.network == "stream"
            assert seen.probabilities.argmax() == 1


def test_a_step_carries_what_went_in_and_what_came_out():
    engine = ScriptedEngine(lambda _: 4)
    (step,) = recognizing(engine).see(next(frames([0.5]))).steps
    assert (step.network, step.time_s) == ("stream", 0.5)
    assert step.picture.shape == (8, 8, 3)
    assert (step.picture == 100).all()
    assert step.logits.argmax() == step.probabilities.argmax() == 4
    assert step.probabilities.sum() == pytest.approx(1)
    assert step.embedding.shape == (4,)


def test_the_duration_of_a_step_is_its_own_whatever_the_camera():
    """At 6 Hz a frame takes two steps of each pass; every one takes 5 ms."""

    class Slow(ScriptedEngine):
        def step(self, picture, state):
            time.sleep(0.005)
            return super().step(picture, state)

    recognizer = recognizing(Slow(temperature=8.0, fast_label_of=lambda _: 1))
    seen = [recognizer.see(frame) for frame in frames(np.arange(6) / 6)]
    assert [len(each.steps) for each in seen] == [2, 4, 4, 4, 4, 4]
    assert all(step.duration_ms >= 5 for each in seen for step in each.steps)
    each_time_ms = [duration_ms for recognition in seen for duration_ms in step_durations_ms(recognition)]
    assert len(each_time_ms) == 11
    assert min(each_time_ms) >= 10


def test_few_frames_lie_between_the_recogniser_and_the_network(monkeypatch, small_model):
    """From `see` to the ring that runs the network, this project's own code is four calls deep at most."""
    depths, root, recognizer = [], str(ROOT), recognizing(OnnxRuntimeEngine(small_model))

    def counted(ring, pictures, step, whole=Ring.step):
        depth, frame = 1, sys._getframe(1)
        while frame.f_code is not Recognizer.see.__code__:
            depth += frame.f_code.co_filename.startswith(root)
            frame = frame.f_back
        depths.append(depth + 1)
        return whole(ring, pictures, step)

    monkeypatch.setattr(Ring, "step", counted)
    recognizer.see(next(frames([0.0])))
    assert depths == [4]


def test_an_engine_slower_than_the_camera_degrades_and_never_forgets():
    """It steps on the newest frame at its own rate; dropped frames are not replaced."""
    engine = ScriptedEngine()
    recognizer, time_s, index, steps = recognizing(engine), 0.0, 0, 0
    for _ in range(60):
        seen = recognizer.see(Frame(np.zeros((8, 8, 3), np.uint8), time_s, index))
        steps += len(seen.steps)
        assert len(seen.steps) <= 1
        time_s += 0.3 * max(1, len(seen.steps))  # each step takes 0.3 s, and the camera gives 30 frames a second
        index = round(time_s * 30)
    assert engine.starts[1] == 1
    assert steps == 60


def test_a_frame_that_stands_for_many_carries_one_gesture_and_loses_none():
    """Left and right within one long gap: the second event comes with the next frame."""
    outputs = iter([1, *[2] * 5, *[3] * 40])
    recognizer = recognizing(ScriptedEngine(lambda _: next(outputs)))
    events = [seen.event for seen in map(recognizer.see, frames([0.0, 1.0, 2.0, 3.0])) if seen.event]
    assert [event.label for event in events] == ["Swiping Left", "Swiping Right"]


class FixedRegions:
    """A framing with given regions that records whether it was called as idle."""

    name, bounds = "fixed", WHOLE

    def __init__(self, regions):
        self._regions = iter(regions)
        self.idle, self.resets = [], 0

    def region(self, image, time_s, idle):
        self.idle.append(idle)
        return next(self._regions)

    def reset(self):
        self.resets += 1


LEFT, RIGHT = Region(0, 0, 0.5, 1), Region(0.5, 0, 0.5, 1)


def halves(count):
    """Frames that are dark on the left and bright on the right."""
    image = np.zeros((8, 16, 3), np.uint8)
    image[:, 8:] = 200
    return [Frame(image, index / 12, index) for index in range(count)]


def test_the_engine_sees_the_region_and_the_recognition_names_it():
    seen_shades = []
    engine = ScriptedEngine(lambda picture: seen_shades.append(picture.max()) or 1)
    recognizer = Recognizer(networks_of(engine), FixedRegions([LEFT, RIGHT, RIGHT]))
    assert [recognizer.see(frame).region for frame in halves(3)] == [LEFT, RIGHT, RIGHT]
    assert seen_shades == [0, 200, 200]


def test_a_region_that_moves_leaves_the_past_behind_and_one_that_stays_does_not():
    engine = ScriptedEngine(temperature=8.0, fast_label_of=lambda _: 1)
    recognizer = Recognizer(networks_of(engine), FixedRegions([LEFT, LEFT, RIGHT, RIGHT, LEFT]))
    for frame in halves(5):
        recognizer.see(frame)
    assert engine.starts == {1: 3, 4: 3}
    assert engine.steps == {1: 5, 4: 5}


def test_the_framing_hears_whether_anybody_gestures():
    """Two seconds of nothing, one of a thumb, two of nothing."""
    framing = FixedRegions([LEFT] * 60)
    engine = ScriptedEngine(thumb)
    recognizer = Recognizer(networks_of(engine), framing)
    for frame in frames(np.arange(60) / 12, lambda time_s: 200 if 2 <= time_s < 3 else 50):
        recognizer.see(frame)
    assert all(framing.idle[:24])
    assert not any(framing.idle[27:36])
    assert all(framing.idle[45:])


def test_the_framing_is_asked_only_where_a_step_is_due_and_forgets_with_the_stream():
    framing = FixedRegions([LEFT] * 100)
    recognizer = Recognizer(networks_of(ScriptedEngine()), framing)
    for frame in frames([0.0, 0.01, 0.02, 0.1, 9.0]):
        recognizer.see(frame)
    assert len(framing.idle) == 3
    assert framing.resets == 2  # when the stream begins, and after the gap
    assert framing.idle[-1], "after a gap no gesture is made yet"


def test_a_picture_of_another_size_begins_a_stream():
    """Pictures from before a phone was turned are not the past of later ones."""
    wide, tall = (np.full((*size, 3), 100, np.uint8) for size in ((8, 12), (12, 8)))
    turned, fresh = (Recognizer(networks_of(ScriptedEngine())) for _ in range(2))
    for k in range(30):
        turned.see(Frame(wide, k / 30, k))
    before = [fresh.see(Frame(tall, k / 30, k)).smoothed for k in range(30)]
    after = [turned.see(Frame(tall, (30 + k) / 30, 30 + k)).smoothed for k in range(30)]
    np.testing.assert_array_equal(before, after)
