"""The loop: every frame is recognised once, and a summary is written also after an error."""

import json
import threading

import numpy as np
import pytest
from fakes import ListCamera, ScriptedEngine, recognizer

from app.events import Events
from app.loop import Limits, Switches, run
from app.meters import Meter
from app.outputs.json_lines import JsonLines
from app.worker import Worker
from models.frame import Frame


def film(seconds=3.0, fps=30.0):
    """Dark, with a bright second in the middle, which the scripted engine recognises as a thumb up."""
    for k in range(int(seconds * fps)):
        time_s = k / fps
        yield Frame(np.full((4, 4, 3), 200 if 1 <= time_s < 2 else 50, np.uint8), time_s, k)


def thumbs():
    return recognizer(ScriptedEngine(lambda picture: 4 if picture.mean() > 150 else 1))


class Screen:
    """An observer that keeps the recognitions with the meter's readings."""

    def __init__(self, camera):
        self.meter, self.shown = Meter(camera), []

    def see(self, seen):
        self.shown.append((seen, self.meter.readings))


def run_logged(tmp_path, camera, recognizer=None, **options):
    log = JsonLines(str(tmp_path / "events.jsonl"))
    try:
        run(camera, recognizer or thumbs(), Events([log]), **options)
    finally:
        log.close()
    return [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]


def test_from_frames_to_lines(tmp_path):
    header, gesture, summary = run_logged(tmp_path, ListCamera(film(), dropped=7))
    assert header["type"] == "header"
    assert (gesture["label"], gesture["began_s"]) == ("Thumb Up", pytest.approx(1.0, abs=0.1))
    assert (summary["frames"], summary["steps"], summary["dropped"]) == (90, 36, 7)
    assert 0 < summary["step_ms"]["p50"] <= summary["step_ms"]["p95"] <= summary["step_ms"]["p99"]


def test_both_passes_of_a_step_count_as_one_step(tmp_path):
    unsure = recognizer(ScriptedEngine(temperature=8.0, fast_label_of=lambda _: 1))
    header, *_, summary = run_logged(tmp_path, ListCamera(film()), unsure)
    assert header["networks"] == ["stream", "fast"]
    assert summary["steps"] == 36


def test_observers_are_called_with_every_frame_after_the_meter():
    camera = ListCamera(film())
    screen = Screen(camera)
    run(camera, thumbs(), observers=[screen], meter=screen.meter)
    assert [seen.frame.index for seen, _ in screen.shown] == list(range(90))
    _, readings = screen.shown[-1]
    assert readings.camera_hz == pytest.approx(30, rel=0.02)
    assert readings.step_hz == pytest.approx(12, rel=0.1)


def test_a_recognition_has_the_gesture_that_lasts():
    lasting = []

    class Lasting:
        def see(self, seen):
            lasting.append((seen.event.label if seen.event else None, seen.lasting))

    run(ListCamera(film()), thumbs(), observers=[Lasting()])
    assert len(lasting) == 90
    assert [event for event, _ in lasting if event] == ["Thumb Up"]
    first = next(k for k, (event, _) in enumerate(lasting) if event)
    during = [label for _, label in lasting[first:] if label]
    assert set(during) == {"Thumb Up"}
    assert 25 <= len(during) <= 40
    assert lasting[first - 1][1] is None
    assert lasting[-1][1] is None


def test_timeouts_do_not_count_as_frames(tmp_path):
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
        def see(self, seen):
            if seen.frame.index == 20:
                switches.stop.set()

    *_, summary = run_logged(tmp_path, ListCamera(film()), observers=[Stopper()], switches=switches)
    assert summary["frames"] == 21


def test_an_error_ends_it_with_a_summary_and_is_raised(tmp_path):
    class Broken:
        def see(self, seen):
            if seen.frame.index == 20:
                raise OSError("the screen fell off")

    with pytest.raises(OSError, match="fell off"):
        run_logged(tmp_path, ListCamera(film()), observers=[Broken()])
    *_, summary = map(json.loads, (tmp_path / "events.jsonl").read_text().splitlines())
    assert (summary["type"], summary["frames"]) == ("summary", 21)


def test_paused_it_reads_no_frame_and_continues_after():
    switches, camera = Switches(), ListCamera(film())
    screen = Screen(camera)
    switches.set_paused(True)
    ended = threading.Event()
    worker = Worker(lambda: run(camera, thumbs(), observers=[screen], switches=switches), ended.set, print)
    worker.start()
    assert not ended.wait(0.3)
    assert screen.shown == []
    switches.set_paused(False)
    assert ended.wait(10)
    assert len(screen.shown) == 90
    assert camera.pauses == [True, False]


def test_the_worker_reports_its_error():
    errors, reported = [], threading.Event()

    def fail():
        raise ValueError("broken")

    worker = Worker(fail, lambda: None, lambda error: (errors.append(error), reported.set()))
    worker.start()
    assert reported.wait(10)
    assert worker.join(10)
    assert str(errors[0]) == "broken"


def test_readings_change_at_their_interval():
    camera = ListCamera(film())
    screen = Screen(camera)
    run(camera, thumbs(), observers=[screen], meter=screen.meter)
    changed_s = [
        seen.frame.time_s
        for (seen, now), (_, before) in zip(screen.shown[1:], screen.shown, strict=False)
        if now is not before
    ]
    assert changed_s == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.5], abs=0.04)
