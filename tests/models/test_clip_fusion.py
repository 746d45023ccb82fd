"""Fusion of a stream network and a clip network: when the clip network runs, and what is decided."""

from dataclasses import replace

import numpy as np
import pytest
from fakes import LABELS, ScriptedEngine

from models.batch_recognizer import BatchRecognizer
from models.clip_fusion import BOTH
from models.clip_spec import ClipFusion, ClipSpec
from models.engines.base import Output
from models.errors import ModelFileError
from models.frame import Frame
from models.networks import networks_of
from models.recognizer import Recognizer
from models.softmax import softmax
from models.spec import Decoding, Rule

RATE_HZ = 12
NOTHING, LEFT, THUMB_UP = (LABELS.index(label) for label in ("No gesture", "Swiping Left", "Thumb Up"))
UNSURE = 100
"""A picture of which the stream network does not know whether it is a thumb."""


class ScriptedClips:
    """A clip engine that names the newest picture, and counts its runs."""

    name = "scripted:none"

    def __init__(self, fusion: ClipFusion | None = None, pictures: int = 4) -> None:
        self.spec = ClipSpec(
            "clips", LABELS, pictures, 8, 8, (0.0,) * 3, (1.0,) * 3, 6.0, (0.5,), 4,
            fusion=fusion or ClipFusion(),
        )  # fmt: skip
        self.asked = 0

    def run(self, clip):
        self.asked += 1
        logits = np.zeros((1, len(LABELS)), np.float32)
        logits[0, THUMB_UP if clip[-1].flat[0] == UNSURE else clip[-1].flat[0]] = 6.0
        return Output(logits, np.ones((1, 4), np.float32))

    def close(self):
        pass


class Unsure(ScriptedEngine):
    """A stream engine with nearly equal probabilities of no gesture and a thumb for an uncertain picture."""

    def step(self, picture, state):
        output, state = super().step(picture, state)
        for row in np.flatnonzero(picture[:, 0, 0, 0] == UNSURE):
            output.logits[row] = 0
            output.logits[row, [NOTHING, THUMB_UP]] = 3.5, 3.0
        return output, state


def named(picture):
    return min(picture.flat[0], len(LABELS) - 1)


def stream_engine(streams=1, fast_pass=False):
    return Unsure(named, streams=streams, fast_label_of=named if fast_pass else None)


def frames(*script):
    """Frames at the networks' rate from (value, steps)."""
    values = [value for value, steps in script for _ in range(steps)]
    return [Frame(np.full((8, 8, 3), value, np.uint8), k / RATE_HZ, k) for k, value in enumerate(values)]


def recognised(clip, *script, engine=None):
    recognizer = Recognizer(networks_of(engine or stream_engine(), clip=clip))
    return [recognizer.see(frame) for frame in frames(*script)]


def fired(seen):
    return [each.event.label for each in seen if each.event]


def test_what_one_is_unsure_of_both_know():
    alone = Recognizer(networks_of(stream_engine()))
    script = (NOTHING, 12), (UNSURE, 12), (NOTHING, 12)
    assert fired([alone.see(frame) for frame in frames(*script)]) == []
    seen = recognised(ScriptedClips(), *script)
    assert fired(seen) == ["Thumb Up"]
    (moment,) = (each for each in seen if each.event)
    assert moment.network == BOTH
    assert [step.network for step in moment.steps] == ["stream", "clip", BOTH]
    assert moment.probabilities is moment.steps[-1].probabilities


def test_the_clip_network_is_asked_only_while_something_happens():
    clip = ScriptedClips(ClipFusion(asked_below=0.9))
    seen = recognised(clip, (NOTHING, 30), (THUMB_UP, 12), (NOTHING, 30))
    asked = [any(step.network == "clip" for step in each.steps) for each in seen]
    assert clip.asked == sum(asked)
    assert not any(asked[1:30])
    assert all(asked[31:42])
    assert not any(asked[50:])


def test_while_no_one_gestures_the_stream_network_decides_as_if_alone():
    alone = Recognizer(networks_of(stream_engine(), fast_pass=False))
    for frame, seen in zip(frames((NOTHING, 20)), recognised(ScriptedClips(), (NOTHING, 20)), strict=True):
        expected = alone.see(frame)
        np.testing.assert_array_equal(seen.smoothed, expected.smoothed)
        assert seen.network == "stream"


@pytest.mark.parametrize("every", [1, 2, 3])
def test_between_two_outputs_the_last_one_stands(every):
    clip = ScriptedClips(ClipFusion(every=every))
    seen = recognised(clip, (NOTHING, 12), (THUMB_UP, 12))
    awake = [each for each in seen if each.network == BOTH]
    assert len(awake) >= 11
    assert clip.asked == -(-len(awake) // every)


def test_a_weight_of_nothing_is_the_stream_network_alone():
    script = (NOTHING, 12), (UNSURE, 12), (LEFT, 12), (NOTHING, 12)
    alone = Recognizer(networks_of(stream_engine()))
    for frame, seen in zip(frames(*script), recognised(ScriptedClips(ClipFusion(0.0)), *script), strict=True):
        expected = alone.see(frame)
        np.testing.assert_allclose(seen.probabilities, expected.probabilities, atol=1e-6)
        assert seen.event == expected.event


def test_the_file_says_how_both_are_read():
    never = Decoding(0.1, Rule(1.0, 0.3))
    assert fired(recognised(ScriptedClips(ClipFusion(decoding=never)), (NOTHING, 12), (THUMB_UP, 12))) == []
    assert fired(recognised(ScriptedClips(), (NOTHING, 12), (THUMB_UP, 12))) == ["Thumb Up"]


def test_the_fused_output_is_the_weighted_mean_of_both():
    for each in recognised(ScriptedClips(ClipFusion(0.3, asked_below=1.0)), (UNSURE, 6)):
        steps = {step.network: step.probabilities for step in each.steps}
        np.testing.assert_allclose(steps[BOTH], 0.7 * steps["stream"] + 0.3 * steps["clip"], atol=1e-6)


def test_the_fused_logits_read_at_the_stream_networks_temperature_are_its_probabilities():
    engine = stream_engine()
    engine.spec = replace(engine.spec, temperature=0.5)
    clip = ScriptedClips(ClipFusion(0.3))
    clip.spec = replace(clip.spec, temperature=2.0)
    steps = [step for each in recognised(clip, (NOTHING, 6), (UNSURE, 6), engine=engine) for step in each.steps]
    both = [step for step in steps if step.network == BOTH]
    assert both
    for step in both:
        np.testing.assert_allclose(softmax(step.logits, 0.5), step.probabilities, atol=1e-5)


def test_a_persons_thresholds_are_those_of_the_fused_output():
    never = Decoding(rule=Rule(enter=0.999, exit=0.2, hold_s=10))
    clip = ScriptedClips(ClipFusion(asked_below=1.0, decoding=Decoding()))
    assert fired(recognised(clip, (NOTHING, 12), (THUMB_UP, 12))) == ["Thumb Up"]
    recognizer = Recognizer(networks_of(stream_engine(), decoding=never, clip=clip))
    assert fired([recognizer.see(frame) for frame in frames((NOTHING, 12), (THUMB_UP, 12))]) == []


def test_each_step_time_has_the_step_that_decided():
    """A camera of half the rate: two steps per frame."""
    recognizer = Recognizer(networks_of(stream_engine(), clip=ScriptedClips(ClipFusion(asked_below=0.9))))
    for frame in frames((NOTHING, 12), (THUMB_UP, 12))[::2]:
        seen = recognizer.see(frame)
        assert [step.time_s for step in seen.deciding] == sorted({step.time_s for step in seen.steps})
        assert all(any(step is each for each in seen.steps) for step in seen.deciding)
        asked = {step.time_s for step in seen.steps if step.network == "clip"}
        assert all(step.network == (BOTH if step.time_s in asked else "stream") for step in seen.deciding)


def test_beside_a_clip_network_the_fast_pass_decides_once_its_gestures_follow_close_on_one_another():
    """The main pass is too slow to separate them; three in a row, and the fast pass decides."""
    row = [(NOTHING, 12), *[(THUMB_UP, 6), (NOTHING, 6)] * 6]
    engine = stream_engine(fast_pass=True)
    engine.spec = replace(engine.spec, decoding=Decoding(1.0, Rule(0.9)))
    seen = recognised(ScriptedClips(ClipFusion(asked_below=1.0)), *row, engine=engine)
    assert {step.network for each in seen for step in each.steps} == {"stream", "fast", "clip", BOTH}
    assert {each.network for each in seen if each.event} == {"fast"}
    assert len(fired(seen)) >= 3


def test_a_persons_own_gestures_keep_their_share():
    class Own:
        labels = (*LABELS, "Circle")

        def start(self):
            return None

        def read(self, logits, embedding, memory):
            return np.append(0.6 * softmax(logits), np.float32(0.4)), memory

    recognizer = Recognizer(networks_of(stream_engine(), Own(), clip=ScriptedClips(ClipFusion(asked_below=1.0))))
    for frame in frames((THUMB_UP, 6)):
        seen = recognizer.see(frame)
    assert seen.network == BOTH
    assert seen.probabilities[-1] == pytest.approx(0.4, abs=1e-6)
    assert seen.probabilities.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_a_row_of_a_batch_reads_as_the_same_stream_alone(seed):
    rng = np.random.default_rng(seed)
    script = [(int(value), int(rng.integers(2, 12))) for value in rng.choice([NOTHING, LEFT, THUMB_UP, UNSURE], 30)]
    clip = ScriptedClips(ClipFusion(every=2))
    together = BatchRecognizer(networks_of(stream_engine(streams=2, fast_pass=True), clip=clip))
    alone = Recognizer(networks_of(stream_engine(fast_pass=True), clip=clip))
    for frame in frames(*script):
        together.show(1, frame)
        together.step()
        seen, expected = together.read(1), alone.see(frame)
        np.testing.assert_array_equal(seen.smoothed, expected.smoothed)
        assert (seen.event, seen.lasting, seen.network) == (expected.event, expected.lasting, expected.network)
        assert sorted(step.network for step in seen.steps) == sorted(step.network for step in expected.steps)


def test_after_a_gap_the_clip_network_has_seen_nothing():
    class Brightest(ScriptedClips):
        def run(self, clip):
            self.brightest = clip.max()
            return super().run(clip)

    clip = Brightest(ClipFusion(asked_below=1.0))
    recognizer = Recognizer(networks_of(stream_engine(), clip=clip))
    for frame in frames((UNSURE, 6)):
        recognizer.see(frame)
    assert clip.brightest == UNSURE
    recognizer.see(Frame(np.full((8, 8, 3), LEFT, np.uint8), 60.0, 99))
    assert clip.brightest == LEFT


@pytest.mark.parametrize(
    ("changes", "said"), [({"labels": LABELS[::-1]}, "other labels than scripted"), ({"width": 9}, "takes 9x8 pixels")]
)
def test_a_clip_network_that_does_not_go_with_the_stream_network_is_refused(changes, said):
    clip = ScriptedClips()
    clip.spec = replace(clip.spec, **changes)
    with pytest.raises(ModelFileError, match=said):
        networks_of(stream_engine(), clip=clip)
