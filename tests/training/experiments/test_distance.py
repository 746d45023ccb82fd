from pathlib import Path

import numpy as np
import pytest

from training.distillation.teacher import TeacherOutput
from training.evaluation.labelled_streams import LabelledStream
from training.experiments.distance import distance, distances, main


def logits(steps: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3, (steps, 5)).astype(np.float32)


def teacher_output(values: np.ndarray, maps: np.ndarray | None = None) -> TeacherOutput:
    return TeacherOutput(values, np.ones((len(values), 2, 1, 1), np.float32) if maps is None else maps)


def test_equal_outputs_have_distance_zero() -> None:
    same = distance(teacher_output(logits(20) + 7), teacher_output(logits(20)))
    assert same.divergence == pytest.approx(0, abs=1e-5)
    assert same.agreement == 1
    other = distance(teacher_output(logits(20, 1)), teacher_output(logits(20)))
    assert other.divergence > 0.1
    assert 0 < other.agreement < 1


def test_long_streams_count_more_than_short_ones() -> None:
    takes = [LabelledStream("a", np.zeros((steps, 1, 1, 3), np.uint8), ()) for steps in (90, 10)]
    right, wrong = np.eye(5, dtype=np.float32)[[0]], np.eye(5, dtype=np.float32)[[1]]
    wanted = [teacher_output(np.repeat(right, 90, 0)), teacher_output(np.repeat(right, 10, 0))]
    found = distances(takes, [wanted[0], teacher_output(np.repeat(wrong, 10, 0))], wanted)
    assert found["a"].agreement == pytest.approx(0.9)


def test_the_error_of_features_is_relative_to_the_teachers_energy() -> None:
    wanted = np.full((4, 3, 2, 2), 2, np.float32)
    near = distance(teacher_output(logits(4), wanted + 1), teacher_output(logits(4), wanted))
    assert near.features == pytest.approx(0.25)
    pooled = wanted.mean((2, 3), keepdims=True)
    assert distance(teacher_output(logits(4), wanted + 1), teacher_output(logits(4), pooled)).features == pytest.approx(
        0.25
    )
    other = distance(teacher_output(logits(4), wanted[:, :2]), teacher_output(logits(4), wanted))
    assert np.isnan(other.features)
    wanted[0] = 0  # a step without features of the teacher
    assert distance(teacher_output(logits(4), wanted + 1), teacher_output(logits(4), wanted)).features == pytest.approx(
        0.25
    )


def test_a_missing_checkpoint_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["teacher.onnx", str(tmp_path / "none.pt"), "--data", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "none.pt" in error
