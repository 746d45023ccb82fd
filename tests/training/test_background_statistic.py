"""The shipped statistic: made from generated clips, and found again by the model's hash."""

from pathlib import Path

import numpy as np

from calibration.background import Background, Whitening
from models.engines import load_engine
from training.background_statistic import main

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "weights" / "mstnet_small.onnx"


def test_a_statistic_is_written_for_one_model(small_model, tmp_path, capsys):
    assert main([str(small_model), "--clips", "1", "--gestures", "1", "--out", str(tmp_path)]) == 0
    spec = load_engine(small_model).spec
    background = Background.bundled(spec.weights_sha256, tmp_path)
    assert background is not None
    assert background.covariance.shape == (spec.embedding_width, spec.embedding_width)
    assert np.linalg.eigvalsh(background.covariance).min() > -1e-6
    assert np.isfinite(Whitening.against(background).axes).all()
    assert capsys.readouterr().out.strip().endswith(f"{spec.weights_sha256[:16]}.npz")


def test_the_model_in_the_box_has_its_statistic():
    """After new weights: python -m training.background_statistic models/weights/mstnet_small.onnx."""
    spec = load_engine(SHIPPED).spec
    background = Background.bundled(spec.weights_sha256)
    assert background is not None
    assert background.mean.shape == (spec.embedding_width,)


def test_a_missing_model_is_one_line(tmp_path, capsys):
    assert main([str(tmp_path / "none.onnx")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
