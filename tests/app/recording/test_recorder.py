"""The guided recording: the prompts and the saved takes."""

import numpy as np
import pytest
from fakes import ListCamera, ScriptedEngine, recognizer

from app.loop import Switches, run
from app.recording.plan import RecordingPlan
from app.recording.prompt import Printer
from app.recording.recorder import LEAD_S, Recorder
from calibration.take import Kind
from calibration.take_folder import TakeFolder
from common.errors import UserError
from models.frame import Frame

PLAN = RecordingPlan(("Circle",), takes=2, take_s=2.0, work_s=4.0)
TOTAL_S = 5 + 2 + 3 + 2 + 5 + 4


def frames(seconds, first_s=0.0, fps=24):
    """Frames whose brightness is their time in whole seconds."""
    times = [first_s + k / fps for k in range(round(seconds * fps))]
    return [Frame(np.full((16, 16, 3), int(time_s), np.uint8), time_s, k) for k, time_s in enumerate(times)]


class Session:
    """A recorder in a loop, and its prompts."""

    def __init__(self, folder, plan=PLAN):
        self.prompts, self.lines = [], []
        self.recordings, self.switches = TakeFolder("ann", folder), Switches()
        self.recognizer = recognizer(ScriptedEngine())
        self.recorder = Recorder(plan, self.recordings, self.recognizer.spec, self.switches.stop.set)
        printer = Printer(self.lines.append)
        self.recorder.listener = lambda prompt: (self.prompts.append(prompt), printer(prompt))

    def run(self, frames):
        camera = ListCamera(frames)
        run(camera, self.recognizer, observers=[self.recorder], switches=self.switches)
        return camera

    @property
    def takes(self):
        return [take for _, take in self.recordings.takes()]


def test_a_session_saves_what_was_planned_and_then_stops(tmp_path):
    session = Session(tmp_path)
    camera = session.run(frames(TOTAL_S + 5))
    assert session.recorder.finished
    assert not camera.ended
    assert [(take.kind, take.label) for take in session.takes] == [
        (Kind.GESTURE, "Circle"),
        (Kind.GESTURE, "Circle"),
        (Kind.WORK, ""),
    ]
    assert [take.duration_s for take in session.takes] == pytest.approx([2, 2, 4], abs=0.2)


@pytest.mark.parametrize("fps", [10, 24, 30])
def test_a_video_of_the_planned_length_is_enough_and_one_frame_less_is_not(tmp_path, fps):
    whole = frames(TOTAL_S, fps=fps)
    enough, short = Session(tmp_path / "enough"), Session(tmp_path / "short")
    enough.run(whole)
    short.run(whole[:-1])
    assert (enough.recorder.finished, short.recorder.finished) == (True, False)


def test_a_stall_of_the_camera_does_not_end_a_take_early(tmp_path):
    session = Session(tmp_path)
    session.run([frame for frame in frames(TOTAL_S + 1) if not 5.8 < frame.time_s < 6.6])
    assert session.takes[0].times_s[-1] > 6.8


def test_a_take_begins_when_the_countdown_ends_and_keeps_the_seconds_before(tmp_path):
    session = Session(tmp_path)
    session.run(frames(TOTAL_S + 1))
    for take, begins_s in zip(session.takes, (5.0, 10.0), strict=False):
        assert take.times_s[take.begins] == pytest.approx(begins_s, abs=0.1)
        assert take.times_s[0] == pytest.approx(begins_s - LEAD_S, abs=0.2)
        assert (np.diff(take.times_s) > 0).all()
        np.testing.assert_array_equal(take.pictures[:, 0, 0, 0], take.times_s.astype(int))


def test_the_prompts_come_in_time(tmp_path):
    session = Session(tmp_path)
    session.run(frames(TOTAL_S + 1))
    assert session.lines[:6] == [
        *(f"Circle · 1 of 2: in {k} ..." for k in (5, 4, 3, 2, 1)),
        "Circle · 1 of 2: now. Make the movement once, then lower your hand.",
    ]
    assert session.lines[-1] == "Done: Everything is saved."
    progress = [prompt.progress for prompt in session.prompts]
    assert progress == sorted(progress)
    assert (progress[0], progress[-1]) == (0, 1)


def test_a_task_with_a_gap_in_it_starts_again(tmp_path):
    """As after a pause: steps from before and after a gap do not make a take."""
    session = Session(tmp_path)
    session.run([*frames(6), *frames(TOTAL_S + 1, first_s=60)])
    first = session.takes[0]
    assert len(session.takes) == 3
    assert first.times_s[first.begins] == pytest.approx(65, abs=0.1)
    assert first.times_s[0] >= 60


def test_a_source_that_ends_early_leaves_complete_takes(tmp_path):
    session = Session(tmp_path)
    session.run(frames(8))
    assert (session.recorder.done, session.recorder.finished, len(session.takes)) == (1, False, 1)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (RecordingPlan(("No gesture",)), "is not a gesture"),
        (RecordingPlan(("...",)), "is not a name"),
        (RecordingPlan((), work_s=0), "nothing to record"),
    ],
)
def test_an_invalid_plan_is_refused(plan, words):
    with pytest.raises(UserError, match=words):
        plan.check()
