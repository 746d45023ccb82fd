from pathlib import Path

import pytest

import app.chosen_networks
from app.chosen_networks import chosen_clip
from common.errors import UserError

MODEL = Path("models/weights/mstnet_small.onnx")
CLIP = MODEL.with_suffix(".clip.onnx")


@pytest.mark.parametrize(
    ("wanted", "named", "runs"),
    [(None, None, False), (None, CLIP, True), ("stream", None, False), ("both", None, True), ("auto", None, True)],
)
def test_a_clip_network_runs_if_it_is_wanted(monkeypatch, wanted, named, runs):
    monkeypatch.setattr(app.chosen_networks, "clip_step_ms", lambda _: 1.0)
    clip = chosen_clip(MODEL, wanted, named)
    assert (clip is not None) == runs
    if clip:
        clip.close()


def test_auto_does_not_use_a_slow_clip_network_and_logs_it(monkeypatch, caplog):
    monkeypatch.setattr(app.chosen_networks, "clip_step_ms", lambda _: 90.0)
    with caplog.at_level("INFO", "mstnet"):
        assert chosen_clip(MODEL, "auto", None) is None
    assert "takes 90 ms" in caplog.text
    assert chosen_clip(Path("other.onnx"), "auto", None) is None


@pytest.mark.parametrize(
    ("model", "wanted", "named", "message"),
    [
        (Path("other.onnx"), "both", None, "no clip network other.clip.onnx"),
        (MODEL, None, Path("none.onnx"), "no clip network none.onnx"),
        (MODEL, "both", MODEL, "is a stream network"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(model, wanted, named, message):
    with pytest.raises(UserError, match=message):
        chosen_clip(model, wanted, named)
