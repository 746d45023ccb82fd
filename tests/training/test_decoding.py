from dataclasses import replace

import numpy as np
import pytest
from clip_networks import random_checkpoint
from networks import small_net, small_spec

import training.decoding
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from models.spec import NO_GESTURE_LABELS, Decoding, Rule
from training.decoding import generated_streams, main
from training.decoding_search import candidates, choose
from training.evaluation.labelled_streams import LabelledStream
from training.evaluation.stream_metrics import Truth
from training.evaluation.stream_score import Score, scores
from training.jester import LABELS
from training.transplant.shufflenet3d import transplant

THREE = ("No gesture", "Thumb Up", "Thumb Down")
SPEC = replace(small_spec(small_net()), labels=THREE, rate_hz=12.0)
NOTHING_SEEN = np.zeros((48, 2, 2, 3), np.uint8)


def answers(height: float, steps: range) -> np.ndarray:
    """Logits that say Thumb Up so strongly at some steps, and No gesture at the others."""
    logits = np.tile(np.float32([4, 0, 0]), (48, 1))
    logits[steps.start : steps.stop] = 0, height, 0
    return logits


def test_the_choice_distinguishes_a_gesture_from_a_twitch() -> None:
    gesture = LabelledStream("a", NOTHING_SEEN, (Truth("Thumb Up", 1, 3),))
    twitch = LabelledStream("b", NOTHING_SEEN, ())
    logits = [answers(2.0, range(12, 36)), answers(6.0, range(12, 14))]
    chosen, result = choose([gesture, twitch], logits, SPEC)
    assert result == {"a": Score(1, 1, 0, 4 / 60, result["a"].early_s, 1), "b": Score(0, 0, 0, 4 / 60)}
    eager = replace(SPEC, decoding=Decoding(0.0, Rule(enter=0.5, exit=0.25)))
    assert scores([twitch], logits[1:], eager)["b"].wrong == 1
    assert chosen in candidates(SPEC)


@pytest.fixture
def two_gestures(monkeypatch):
    """Generated streams of two gestures instead of five, which take half the time."""
    monkeypatch.setattr(training.decoding, "GESTURES_PER_STREAM", 2)


@pytest.mark.usefixtures("two_gestures")
def test_generated_streams_hold_gestures_only_and_are_reproducible() -> None:
    streams, again = (generated_streams(1, replace(SPEC, height=16, width=16)) for _ in range(2))
    assert np.array_equal(streams[0].pictures, again[0].pictures)
    names = [truth.label for truth in streams[0].truths]
    assert len(names) == 2
    assert set(names) <= set(LABELS) - set(NO_GESTURE_LABELS)
    assert streams[0].truths[-1].end_s < len(streams[0].pictures) / 12


@pytest.mark.usefixtures("two_gestures")
def test_the_command_writes_the_choice_into_the_checkpoint(tmp_path, capsys) -> None:
    net, spec = transplant(random_checkpoint(rank_1=True))
    save_checkpoint(tmp_path / "a.pt", net, spec)
    assert main([str(tmp_path / "a.pt"), str(tmp_path / "b.pt"), "--streams", "1"]) == 0
    output = capsys.readouterr().out
    _, read = load_checkpoint(tmp_path / "b.pt")
    assert f"temperature {read.temperature:g}" in output
    assert read.weights_sha256 == spec.weights_sha256
