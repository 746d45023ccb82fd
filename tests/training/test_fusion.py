"""Fused probabilities, and the counts in a row of the table."""

from dataclasses import replace

import numpy as np
import pytest

from models.decoder import Decoder
from models.softmax import softmax
from models.spec import Decoding, ModelSpec, Rule
from training.evaluation.stream_metrics import Truth
from training.fusion import (
    VIEWS,
    FusionRule,
    RecordingLogits,
    count_named,
    evaluate,
    events_of,
    fused,
    fusions_table,
    main,
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


def recording(stream: dict[range, int], clip: dict[range, int]) -> RecordingLogits:
    """Logits of both networks: a label at some steps, no gesture at the others."""
    whole, views = np.zeros((2, STEPS, 4), np.float32), np.zeros((len(VIEWS), STEPS, 4), np.float32)
    for logits, sure in ((whole, stream), (views, clip)):
        logits[..., 0] = 4
        for steps, label in sure.items():
            logits[:, steps.start : steps.stop] = 4 * np.eye(4, dtype=np.float32)[label]
    return RecordingLogits("clips", (Truth("Thumb Up", 1.0, 3.0),), whole, views)


def test_without_views_the_stream_network_decides_alone():
    one = recording({range(20, 40): UP}, {range(STEPS): DOWN})
    probabilities, ran = fused(one, FusionRule(), SPEC)
    assert not ran.any()
    assert (probabilities[20:40].argmax(1) == UP).all()
    assert (probabilities[:20].argmax(1) == 0).all()


def test_the_clip_network_does_not_run_while_there_is_no_gesture():
    one = recording({range(20, 40): UP}, {range(STEPS): DOWN})
    probabilities, ran = fused(one, FusionRule(VIEWS[:1], 0.9, 1.0, 0.9), SPEC)
    assert (probabilities[:20].argmax(1) == 0).all()
    assert (probabilities[25:40].argmax(1) == DOWN).all()
    assert 0 < ran.sum() < STEPS - 20
    third = fused(one, FusionRule(VIEWS[:1], 0.9, 1.0, 0.9, every=3), SPEC)[1]
    assert third.sum() == -(-ran.sum() // 3)


def test_each_network_has_its_temperature_and_weight():
    one = recording({range(STEPS): UP}, {range(STEPS): DOWN})
    stream, clip = (
        softmax(4 * np.eye(4, dtype=np.float32)[UP], 0.5),
        softmax(4 * np.eye(4, dtype=np.float32)[DOWN], 2.0),
    )
    probabilities, _ = fused(one, FusionRule(VIEWS[:2], 0.25, 2.0, 1.0), SPEC)
    np.testing.assert_allclose(probabilities[30], 0.75 * stream + 0.25 * clip, rtol=1e-5)
    probabilities, _ = fused(one, FusionRule(VIEWS[:2], 0.25, 2.0, 1.0, of_logits=True), SPEC)
    logits = np.array([0, 0, 0.75 * 4 / 0.5, 0.25 * 4 / 2])
    np.testing.assert_allclose(probabilities[30], np.exp(logits) / np.exp(logits).sum(), rtol=1e-5)


def test_smoothing_is_the_decoders():
    random = np.random.default_rng(0).dirichlet(np.ones(4), 20).astype(np.float32)
    decoder = Decoder(SPEC.labels, SPEC.decoding)
    for step, row in enumerate(random):
        decoder.update(row, step / SPEC.rate_hz)
        np.testing.assert_allclose(smoothed(random, SPEC)[step], decoder.smoothed, atol=1e-5)


def test_events_are_counted_by_group():
    right, wrong = recording({range(20, 40): UP}, {}), recording({range(20, 40): DOWN}, {})
    other = replace(wrong, group="desk")
    result = evaluate([right, other], FusionRule(), SPEC)
    assert {group: (s.named, s.total, s.wrong) for group, s in result.groups.items()} == {
        "clips": (1, 1, 0),
        "desk": (0, 1, 1),
    }
    head, _, row = fusions_table([right, other], {"alone": FusionRule()}, SPEC)
    assert head == "| | clips | desk | all | wrong per minute | clip steps |"
    assert row == "| alone | 1 of 1, 0 wrong | 0 of 1, 1 wrong | 1 of 2, 1 wrong | 6.0 | 0% |"


def test_the_fused_output_has_its_own_threshold():
    one = recording({range(20, 40): UP}, {range(20, 40): UP})
    assert [event.label for event in events_of(one, FusionRule(VIEWS[:1]), SPEC)[0]] == ["Thumb Up"]
    assert events_of(one, FusionRule(VIEWS[:1], enter=0.9999), SPEC)[0] == []


def test_a_window_names_a_gesture_by_its_second_half():
    one = recording({}, {range(24, 48): UP})
    assert count_named(one, one.clip[0], SPEC) == (1, 1)
    assert count_named(one, one.stream[0], SPEC) == (0, 1)
    *_, row = windows_table([one], SPEC)
    assert row == "| 0.67, closer | 1 of 1 |"


@pytest.mark.parametrize("missing", ["stream", "clip"])
def test_a_missing_model_is_one_line(tmp_path, small_model, capsys, missing):
    given = [str(small_model), str(tmp_path / "clip.onnx")]
    assert main([*(given if missing == "clip" else given[::-1]), "--data", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
