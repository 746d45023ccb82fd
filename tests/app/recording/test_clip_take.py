"""Takes from clips."""

import numpy as np
import pytest
from fakes import ScriptedEngine, recognizer

from app.recording import clip_take as module
from app.recording.clip_take import MAX_TAKE_S, clip_take
from app.recording.recorder import LEAD_S
from app.recording.spelling import check_spelling
from calibration.errors import TakeError
from calibration.take import Kind
from models.frame import Frame

KNOWN = ("Swiping Left", "Thumb Up", "Number 1", "Zooming In With Full Hand")


def frames(seconds, first_s=0.0, fps=24):
    """Frames whose brightness is 10 more each second."""
    for k in range(round(seconds * fps)):
        yield Frame(np.full((16, 16, 3), 10 + 10 * int(k / fps), np.uint8), first_s + k / fps, k)


@pytest.fixture
def engine():
    return ScriptedEngine()


def test_a_clip_is_one_take_after_seconds_of_its_first_picture(engine):
    take = clip_take(Kind.GESTURE, "Wave", frames(2, first_s=7.0), recognizer(engine, fast_pass=False))
    assert (take.kind, take.label, take.begins) == (Kind.GESTURE, "Wave", round(12 * LEAD_S))
    assert take.duration_s == pytest.approx(2, abs=0.1)
    assert take.times_s[take.begins] == pytest.approx(7, abs=0.05)
    assert set(take.pictures[: take.begins, 0, 0, 0]) == {10}
    assert take.pictures[-1, 0, 0, 0] == 20


def test_each_clip_is_a_stream_of_its_own(engine):
    one = recognizer(engine, fast_pass=False)
    takes = [clip_take(Kind.GESTURE, "Wave", frames(2, first_s), one) for first_s in (50.0, 0.0)]
    assert len(takes[0]) == len(takes[1])
    assert engine.starts[1] >= 2


def test_work_has_no_repeated_pictures_and_is_cut(engine, monkeypatch):
    monkeypatch.setattr(module, "MAX_WORK_S", 20.0)
    take = clip_take(Kind.WORK, "", frames(24), recognizer(engine, fast_pass=False))
    assert take.begins == 0
    assert take.duration_s == pytest.approx(20, abs=0.1)
    assert take.times_s[0] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "no picture"), (0.5, "0.5 s long; 0.8 s"), (MAX_TAKE_S + 1, "longer than 15 s")]
)
def test_a_clip_that_is_no_take_is_refused(engine, seconds, words):
    with pytest.raises(TakeError, match=words):
        clip_take(Kind.GESTURE, "Wave", frames(seconds), recognizer(engine, fast_pass=False))


@pytest.mark.parametrize("name", ["Swipping Left", "swiping left", "Swipe Left", "ThumbUp"])
def test_a_name_that_is_nearly_known_is_refused(name):
    with pytest.raises(TakeError, match=r"did you mean '(Swiping Left|Thumb Up)'\?.*--new-gesture"):
        check_spelling([name], KNOWN)


def test_known_names_and_other_names_are_accepted():
    check_spelling(["Swiping Left", "Draw a circle", "Number 2", "Thumb Sideways"], KNOWN)
