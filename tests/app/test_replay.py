"""The kept seconds before an event, and the take that marking it as wrong saves."""

import numpy as np
import pytest
from fakes import LABELS, ListCamera, ScriptedEngine, recognizer

from app.loop import run
from app.replay import MAX_ROWS, N_MOMENTS, SECONDS, Replay
from calibration.take import Kind
from calibration.take_folder import TakeFolder
from common.errors import UserError
from models.clip_spec import ClipSpec
from models.engines.base import Output
from models.frame import Frame
from models.networks import networks_of
from models.recognizer import Recognizer


def film(seconds, gesture_every_s, first_s=0.0, size=(480, 640)):
    """Black pictures with half a second of white ones at an interval, which the engine recognises as a gesture."""
    for k in range(round(24 * seconds)):
        white = k / 24 % gesture_every_s >= gesture_every_s - 0.5
        yield Frame(np.full((*size, 3), 255 if white else 0, np.uint8), first_s + k / 24, k)


def white(picture):
    return 2 if picture.mean() > 128 else 1


class WhiteClips:
    """A clip engine that names the newest picture."""

    name = "scripted:none"
    spec = ClipSpec("clips", LABELS, 4, 8, 8, (0.0,) * 3, (1.0,) * 3, 6.0, (0.5,), 4)

    def run(self, clip):
        return Output(8 * np.eye(len(LABELS), dtype=np.float32)[[white(clip[-1])]], np.zeros((1, 4), np.float32))


def watched(tmp_path, engine, *films, clip=None):
    recognizing = Recognizer(networks_of(engine, clip=clip)) if clip else recognizer(engine)
    replay = Replay(recognizing.networks, TakeFolder("ann", tmp_path / "ann"))
    run(ListCamera([frame for one in films for frame in one]), recognizing, observers=[replay])
    return replay


@pytest.fixture
def replayed(tmp_path):
    def replayed(*films):
        return watched(tmp_path, ScriptedEngine(white), *films)

    return replayed


def test_the_seconds_before_a_gesture_are_kept(replayed):
    (moment,) = replayed(film(7, 7)).moments
    assert moment.event.label == "Swiping Left"
    assert moment.shots[-1].time_s == moment.event.fired_s
    assert moment.shots[-1].time_s - moment.shots[0].time_s == pytest.approx(SECONDS, abs=0.15)
    assert moment.shots[0].image.max() == 0
    assert moment.shots[-1].image.min() == 255
    assert moment.shots[0].image.shape == (MAX_ROWS, 320, 3)


def test_the_newest_moments_are_kept_newest_first(replayed):
    moments = replayed(film(3 * (N_MOMENTS + 3), 3)).moments
    fired = [moment.event.fired_s for moment in moments]
    assert len(moments) == N_MOMENTS
    assert fired == sorted(fired, reverse=True)
    assert fired[0] > 3 * (N_MOMENTS + 2)


def test_a_stream_that_starts_again_does_not_mix_with_the_old(replayed):
    moment = replayed(film(5, 60), film(2, 2, first_s=100)).moments[0]
    assert moment.shots[0].time_s >= 100


def test_nothing_is_written_until_a_moment_is_marked(replayed, tmp_path):
    replay = replayed(film(7, 7))
    assert not (tmp_path / "ann").exists()
    replay.mark_wrong(replay.moments[0])
    ((path, take),) = TakeFolder("ann", tmp_path / "ann").takes()
    assert path.parent.name == "not-this"
    assert (take.kind, take.label) == (Kind.NOT_THIS, "Swiping Left")
    assert len(take) == len(replay.moments[0].shots)
    assert take.logits[-1].argmax() == 2


def test_a_moment_has_the_steps_of_the_network_that_fired(tmp_path):
    """The main pass has low probabilities only; the fast pass fires its third gesture within 4 s."""
    replay = watched(tmp_path, ScriptedEngine(temperature=8.0, fast_label_of=white), film(4, 1))
    moment = replay.moments[-1]
    assert moment.event.fired_s == pytest.approx(2.6, abs=0.1)
    assert {shot.step.network for shot in moment.shots} == {"fast"}
    assert moment.shots[-1].step.probabilities.argmax() == 2
    with pytest.raises(UserError, match="fired in the network 'fast', which has no fitted thresholds"):
        replay.mark_wrong(moment)
    assert not (tmp_path / "ann").exists()


def test_a_moment_of_both_networks_is_complete_and_can_be_marked(tmp_path):
    """While no gesture is made, only the stream network steps; those steps belong to the moment, too."""
    replay = watched(tmp_path, ScriptedEngine(white), film(7, 7), clip=WhiteClips())
    (moment,) = replay.moments
    networks = [shot.step.network for shot in moment.shots]
    assert set(networks[:30]) == {"stream"}
    assert networks[-1] == "stream+clip"
    assert moment.shots[-1].time_s - moment.shots[0].time_s == pytest.approx(SECONDS, abs=0.15)
    times_s = [shot.time_s for shot in moment.shots]
    assert times_s == sorted(set(times_s))
    replay.mark_wrong(moment)
    ((_, take),) = TakeFolder("ann", tmp_path / "ann").takes()
    assert len(take) == len(moment.shots)
