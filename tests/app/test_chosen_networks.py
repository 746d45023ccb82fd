from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes import ScriptedEngine

import app.chosen_networks
from app.chosen_networks import choose_networks, chosen_clip
from app.settings import ModelSettings
from common.errors import UserError
from models.heads import SoftmaxHead

MODEL = Path("models/weights/mstnet_small.onnx")
CLIP = MODEL.with_suffix(".clip.onnx")


@pytest.mark.parametrize(
    ("wanted", "named", "runs"),
    [("stream", None, False), ("both", None, True), ("both", CLIP, True), ("auto", None, True), ("auto", CLIP, True)],
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
        (MODEL, "both", Path("none.onnx"), "no clip network none.onnx"),
        (MODEL, "both", MODEL, "is a stream network"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(model, wanted, named, message):
    with pytest.raises(UserError, match=message):
        chosen_clip(model, wanted, named)


@pytest.mark.parametrize(
    ("profile", "networks", "wanted"), [("me", "auto", "stream"), ("me", "both", "both"), (None, "auto", "auto")]
)
def test_with_a_profile_the_stream_network_runs_alone_unless_both_are_asked_for(monkeypatch, profile, networks, wanted):
    asked = []
    monkeypatch.setattr(app.chosen_networks, "chosen_clip", lambda *given: asked.append(given[1]))
    monkeypatch.setattr(app.chosen_networks, "find_profile", lambda _: SimpleNamespace(decoding=None))
    monkeypatch.setattr(app.chosen_networks, "PersonalHead", lambda _, spec: SoftmaxHead(spec.labels, 1.0))
    with ExitStack() as stack:
        choose_networks(ModelSettings(networks=networks, profile=profile), ScriptedEngine(), stack)
    assert asked == [wanted]
