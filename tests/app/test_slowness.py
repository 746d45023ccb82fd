"""A machine that is too slow for a stream says so, with what to do, and says when it keeps up again."""

import logging
import math

import numpy as np
import pytest
from fakes import ListCamera, ScriptedEngine, recognizer

from app.events import Events
from app.loop import Limits, Switches, run
from app.meters import Meter
from app.slowness import FRAMES_PER_STEP, Slowness, remedy
from app.streams import separate_steps
from models.frame import Frame

FPS = 30


class DroppingCamera(ListCamera):
    """Delivers one of `each` frames within `slow_s`, and all frames outside; the others count as dropped."""

    def __init__(self, seconds, slow_s, each):
        times = [k / FPS for k in range(seconds * FPS) if not slow_s[0] <= k / FPS < slow_s[1] or k % each == 0]
        super().__init__([Frame(np.zeros((4, 4, 3), np.uint8), time_s, round(FPS * time_s)) for time_s in times])

    def next(self, timeout_s):
        frame = super().next(timeout_s)
        self._read = getattr(self, "_read", 0) + 1
        self.dropped = frame.index + 1 - self._read
        return frame


def logged(caplog, camera):
    with caplog.at_level(logging.INFO):
        run(camera, recognizer(ScriptedEngine(fast_label_of=lambda _: 1)))
    return [record.getMessage() for record in caplog.records]


def test_it_is_logged_once_with_a_remedy_and_again_when_it_ends(caplog):
    began, ended = logged(caplog, DroppingCamera(40, (10, 25), each=4))
    assert began.startswith("list: this machine is too slow")
    assert "--main-pass-only" in began
    assert "cameras" not in began
    assert "keeps up again" in ended


@pytest.mark.parametrize("camera", [DroppingCamera(20, (0, 20), each=1), DroppingCamera(20, (2, 2.3), each=9)])
def test_all_frames_or_a_short_stall_are_not_slow(caplog, camera):
    assert logged(caplog, camera) == []


def slow_at(read_hz, offered_hz, needed_hz, seconds=10):
    slowness = Slowness(needed_hz)
    for k in range(seconds * read_hz):
        slowness.note(k / read_hz, k, round(k * (offered_hz / read_hz - 1)))
    return slowness.too_slow


@pytest.mark.parametrize(
    ("read_hz", "offered_hz", "needed_hz", "slow"),
    [
        (30, 30, math.inf, False),
        (24, 30, math.inf, False),  # a fifth is dropped
        (20, 30, math.inf, True),
        (20, 120, 24, False),  # a fast camera: most of its frames are not needed
        (12, 30, 24, True),
        (12, 30, 12, False),  # a batch, which reads one frame per step
        (7, 7, 24, False),  # a slow camera
    ],
)
def test_frames_that_are_not_needed_do_not_count(read_hz, offered_hz, needed_hz, slow):
    assert slow_at(read_hz, offered_hz, needed_hz) is slow


def test_the_readings_have_it_and_the_first_seconds_do_not_count():
    camera = DroppingCamera(10, (0, 10), each=5)
    meter, slow = Meter(camera, FRAMES_PER_STEP * 12), {}

    class Watcher:
        def see(self, seen):
            slow[seen.frame.time_s] = meter.readings.too_slow

    run(camera, recognizer(ScriptedEngine()), observers=[Watcher()], meter=meter)
    assert not any(too_slow for time_s, too_slow in slow.items() if time_s < 2)
    assert slow[max(slow)]


def test_the_remedy_removes_the_network_that_costs_most():
    assert "--networks stream, without --clip-model" in remedy(["stream", "fast", "clip"])
    assert "--main-pass-only instead of --networks" in remedy(["stream", "fast"])
    assert "--" not in remedy(["stream"])


def test_fewer_cameras_are_a_remedy_if_there_are_several(caplog):
    networks = recognizer(ScriptedEngine()).networks
    run_stream = separate_steps(networks)
    run_stream(DroppingCamera(10, (0, 10), each=4), Events(), Limits(), Switches())
    assert caplog.text.count("or use fewer cameras") == 1
