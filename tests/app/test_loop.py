"""The line: every frame is seen once, and whatever ends it, the summary is written."""

import json
import threading
import time

import numpy as np
import pytest
from fakes import ListCamera, ScriptedEngine

from app.events import Events
from app.loop import Limits, Switches, run
from app.meters import TimedEngine
from app.outputs.json_lines import JsonLines
from app.worker import Worker
from models.frame import Frame


def film(seconds=3.0, fps=30.0):
    """Dark, with a bright second in the middle; the scripted engine sees that as a thumb up."""
    for k in range(int(seconds * fps)):
        time_s = k / fps
        yield Frame(np.full((4, 4, 3), 200 if 1 <= time_s < 2 else 50, np.uint8), time_s, k)


def engine():
    return TimedEngine(ScriptedEngine(lambda picture: 4 if picture.mean() > 150 else 1))


class Screen:
    def __init__(self):
        self.shown = []

    def show(self, seen, readings):
        self.shown.append((seen, readings))


def run_logged(tmp_path, camera, **options):
    log = JsonLines(str(tmp_path / "events.jsonl"))
    try:
        run(camera, engine(), Events([log]), **options)
    finally:
        log.close()
    return [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]


def test_from_frames_to_lines(tmp_path):
    header, gesture, summary = run_logged(tmp_path, ListCamera(film(), dropped=7))
    assert header["type"] == "header"
    assert (gesture["label"], gesture["began_s"]) == ("Thumb Up", pytest.approx(1.0, abs=0.1))
    assert (summary["frames"], summary["steps"], summary["dropped"]) == (90, 36, 7)
    assert 0 < summary["step_ms"]["p50"] <= summary["step_ms"]["p95"] <= summary["step_ms"]["p99"]


def test_a_hasty_look_counts_once_gestures_come_thick_and_fast(tmp_path):
    """The usual look is sure of nothing; the hasty one sees a thumb up in every other half second."""
    flashes = [Frame(np.full((4, 4, 3), 200 if int(2 * k / 30) % 2 else 50, np.uint8), k / 30, k) for k in range(150)]
    unsure = TimedEngine(ScriptedEngine(temperature=8.0))
    hasty = ScriptedEngine(lambda picture: 4 if picture.mean() > 150 else 1)
    screen = Screen()
    run(ListCamera(flashes), unsure, displays=[screen], hasty=hasty)
    told = [seen.event for seen, _ in screen.shown if seen.event]
    assert {event.label for event in told} == {"Thumb Up"}
    assert told[0].fired_s == pytest.approx(2.6, abs=0.2)  # the third of them
    assert len(told) == 3
    assert unsure.steps == hasty.steps == 60
    assert all(seen.probabilities.argmax() == 1 for seen, _ in screen.shown)  # the usual look's are told


def test_what_a_hasty_look_takes_is_part_of_the_step():
    class Slow(ScriptedEngine):
        def step(self, picture, state):
            time.sleep(0.02)
            return super().step(picture, state)

    usual = TimedEngine(ScriptedEngine(temperature=8.0))
    run(ListCamera(film(0.5)), usual, hasty=Slow())
    assert len(usual.durations_ms) == usual.steps == 6
    assert min(usual.durations_ms) >= 20


def test_the_display_sees_every_frame_with_its_readings():
    screen = Screen()
    run(ListCamera(film()), engine(), displays=[screen])
    assert [seen.frame.index for seen, _ in screen.shown] == list(range(90))
    _, readings = screen.shown[-1]
    assert readings.camera_hz == pytest.approx(30, rel=0.02)
    assert readings.step_hz == pytest.approx(12, rel=0.1)


def test_actors_hear_every_frame_and_as_long_as_a_gesture_lasts():
    heard = []

    class Hand:
        def perform(self, seen):
            heard.append((seen.event.label if seen.event else None, seen.lasting))

    run(ListCamera(film()), engine(), actors=[Hand()])
    assert len(heard) == 90
    assert [event for event, _ in heard if event] == ["Thumb Up"]
    first = next(k for k, (event, _) in enumerate(heard) if event)
    during = [lasting for _, lasting in heard[first:] if lasting]
    assert set(during) == {"Thumb Up"}
    assert 25 <= len(during) <= 40
    assert heard[first - 1][1] is None
    assert heard[-1][1] is None


def test_waits_without_a_frame_are_not_frames(tmp_path):
    frames = [part for frame in film(1.0) for part in (None, frame)]
    *_, summary = run_logged(tmp_path, ListCamera(frames))
    assert summary["frames"] == 30


@pytest.mark.parametrize(
    ("limits", "frames"), [(Limits(max_frames=10), 10), (Limits(duration_s=0.5), 16), (Limits(), 90)]
)
def test_limits(tmp_path, limits, frames):
    *_, summary = run_logged(tmp_path, ListCamera(film()), limits=limits)
    assert summary["frames"] == frames


def test_stop_ends_it_with_a_summary(tmp_path):
    switches = Switches()

    class Stopper:
        def show(self, seen, readings):
            if seen.frame.index == 20:
                switches.stop.set()

    *_, summary = run_logged(tmp_path, ListCamera(film()), displays=[Stopper()], switches=switches)
    assert summary["frames"] == 21


def test_an_error_ends_it_with_a_summary_and_is_handed_on(tmp_path):
    class Broken:
        def show(self, seen, readings):
            if seen.frame.index == 20:
                raise OSError("the screen fell off")

    with pytest.raises(OSError, match="fell off"):
        run_logged(tmp_path, ListCamera(film()), displays=[Broken()])
    *_, summary = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert (summary["type"], summary["frames"]) == ("summary", 21)


def test_paused_it_takes_no_frame_and_goes_on_after():
    switches, camera, screen = Switches(), ListCamera(film()), Screen()
    switches.set_paused(True)
    ended = threading.Event()
    worker = Worker(lambda: run(camera, engine(), displays=[screen], switches=switches), ended.set, print)
    worker.start()
    assert not ended.wait(0.3)
    assert screen.shown == []
    switches.set_paused(False)
    assert ended.wait(10)
    assert len(screen.shown) == 90
    assert camera.pauses == [True, False]


def test_the_worker_hands_on_its_error():
    errors, told = [], threading.Event()

    def fail():
        raise ValueError("broken")

    worker = Worker(fail, lambda: None, lambda error: (errors.append(error), told.set()))
    worker.start()
    assert told.wait(10)
    assert worker.join(10)
    assert str(errors[0]) == "broken"


def test_readings_change_no_oftener_than_people_read():
    screen = Screen()
    run(ListCamera(film()), engine(), displays=[screen])
    changed_s = [
        seen.frame.time_s
        for (seen, now), (_, before) in zip(screen.shown[1:], screen.shown, strict=False)
        if now is not before
    ]
    assert changed_s == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.5], abs=0.04)
