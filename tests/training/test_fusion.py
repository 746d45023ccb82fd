"""How answers of two networks are put together, and what a row of the study counts."""

from dataclasses import replace

import numpy as np
import pytest

from models.decoder import Decoder
from models.softmax import softmax
from models.spec import Decoding, ModelSpec, Rule
from training.evaluation.stream_metrics import Truth
from training.fusion import (
    LOOKS,
    Answers,
    FusionRule,
    fired,
    fused,
    fusions_table,
    judged,
    main,
    named,
    smoothed,
    windows_table,
)

SPEC = ModelSpec(
    name="stream",
    labels=("No gesture", "Doing other things", "Thumb Up", "Thumb Down"),
    height=4,
    width=4,
    mean=(0.0, 0.0, 0.0),
    std=(1.0, 1.0, 1.0),
    rate_hz=12.0,
    memories=(),
    receptive_field=1,
    embedding_width=1,
    temperature=0.5,
    decoding=Decoding(0.2, Rule(enter=0.6, exit=0.3, hold_s=0.0, rest_s=1.0)),
)
STEPS = 60
UP, DOWN = 2, 3


def answers(stream: dict[range, int], clip: dict[range, int]) -> Answers:
    """Both networks are sure of a label in some steps, and of no gesture in the others."""
    whole, looks = np.zeros((STEPS, 4), np.float32), np.zeros((len(LOOKS), STEPS, 4), np.float32)
    for logits, sure in ((whole, stream), (looks, clip)):
        logits[..., 0] = 4
        for steps, label in sure.items():
            logits[..., steps.start : steps.stop, :] = 4 * np.eye(4, dtype=np.float32)[label]
    return Answers("clips", (Truth("Thumb Up", 1.0, 3.0),), whole, looks)


def test_without_looks_the_stream_network_decides_alone():
    one = answers({range(20, 40): UP}, {range(STEPS): DOWN})
    probabilities, asked = fused(one, FusionRule(), SPEC)
    assert not asked.any()
    assert (probabilities[20:40].argmax(1) == UP).all()
    assert (probabilities[:20].argmax(1) == 0).all()


def test_the_clip_network_is_not_asked_while_nobody_gestures():
    one = answers({range(20, 40): UP}, {range(STEPS): DOWN})
    probabilities, asked = fused(one, FusionRule(LOOKS[:1], 0.9, 1.0, 0.9), SPEC)
    assert (probabilities[:20].argmax(1) == 0).all()
    assert (probabilities[25:40].argmax(1) == DOWN).all()
    assert 0 < asked.sum() < STEPS - 20
    third = fused(one, FusionRule(LOOKS[:1], 0.9, 1.0, 0.9, every=3), SPEC)[1]
    assert third.sum() == -(-asked.sum() // 3)


def test_each_network_is_read_at_its_temperature_and_weighed():
    one = answers({range(STEPS): UP}, {range(STEPS): DOWN})
    stream, clip = (
        softmax(4 * np.eye(4, dtype=np.float32)[UP], 0.5),
        softmax(4 * np.eye(4, dtype=np.float32)[DOWN], 2.0),
    )
    probabilities, _ = fused(one, FusionRule(LOOKS[:2], 0.25, 2.0, 1.0), SPEC)
    np.testing.assert_allclose(probabilities[30], 0.75 * stream + 0.25 * clip, rtol=1e-5)
    probabilities, _ = fused(one, FusionRule(LOOKS[:2], 0.25, 2.0, 1.0, of_logits=True), SPEC)
    logits = np.array([0, 0, 0.75 * 4 / 0.5, 0.25 * 4 / 2])
    np.testing.assert_allclose(probabilities[30], np.exp(logits) / np.exp(logits).sum(), rtol=1e-5)


def test_smoothing_is_the_decoders():
    random = np.random.default_rng(0).dirichlet(np.ones(4), 20).astype(np.float32)
    decoder = Decoder(SPEC.labels, SPEC.decoding)
    for step, row in enumerate(random):
        decoder.update(row, step / SPEC.rate_hz)
        np.testing.assert_allclose(smoothed(random, SPEC)[step], decoder.smoothed, atol=1e-5)


def test_what_fires_is_counted_by_group():
    right, wrong = answers({range(20, 40): UP}, {}), answers({range(20, 40): DOWN}, {})
    other = replace(wrong, group="desk")
    result = judged([right, other], FusionRule(), SPEC)
    assert {group: (s.named, s.total, s.wrong) for group, s in result.groups.items()} == {
        "clips": (1, 1, 0),
        "desk": (0, 1, 1),
    }
    head, _, row = fusions_table([right, other], {"alone": FusionRule()}, SPEC)
    assert head == "| | clips | desk | all | wrong a minute | asked |"
    assert row == "| alone | 1 of 1, 0 wrong | 0 of 1, 1 wrong | 1 of 2, 1 wrong | 6.0 | 0% |"


def test_a_fused_answer_fires_at_its_own_threshold():
    one = answers({range(20, 40): UP}, {range(20, 40): UP})
    assert [event.label for event in fired(one, FusionRule(LOOKS[:1]), SPEC)[0]] == ["Thumb Up"]
    assert fired(one, FusionRule(LOOKS[:1], enter=0.9999), SPEC)[0] == []


def test_a_window_names_a_gesture_by_its_second_half():
    one = answers({}, {range(24, 48): UP})
    assert named(one, one.clip[0], SPEC) == (1, 1)
    assert named(one, one.stream, SPEC) == (0, 1)
    *_, row = windows_table([one], SPEC)
    assert row == "| 1.00, moving | 1 of 1 |"


@pytest.mark.parametrize("missing", ["stream", "clip"])
def test_a_missing_model_is_one_line(tmp_path, small_model, capsys, missing):
    given = [str(small_model), str(tmp_path / "clip.onnx")]
    assert main([*(given if missing == "clip" else given[::-1]), "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
