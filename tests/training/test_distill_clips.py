"""The command that trains a clip network; what it shares with `training.distill` is tested there."""

import functools
from pathlib import Path

import pytest
import torch
from clip_networks import random_checkpoint, write_teacher
from films import write_recordings

import training.distill_clips
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from training.distill_clips import main
from training.distillation.clip_batches import ClipRecipe
from training.transplant.shufflenet3d import transplant


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A start, a teacher and a recording."""
    save_checkpoint(tmp_path / "start.pt", *transplant(random_checkpoint(rank_1=True), centred=True))
    write_teacher(tmp_path / "teacher.onnx")
    write_recordings(tmp_path, "a.avi,Thumb Up,train,generated,12,2,9")
    small = functools.partial(ClipRecipe, seconds=2.0, first_s=0.5, every_s=1.0, warm_up=1, batch=3)
    monkeypatch.setattr(training.distill_clips, "ClipRecipe", small)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def distill(out: str, iterations: int, *more: str, start: str = "start.pt") -> int:
    given = [start, out, "--data", ".", "--teacher", "teacher.onnx", "--cache", "cache", "--streams", "1"]
    return main([*given, "--iterations", str(iterations), *more])


def test_a_resumed_run_equals_one_that_never_stopped(folder: Path) -> None:
    assert distill("whole.pt", 2) == 0
    assert distill("parts.pt", 1) == 0
    assert distill("parts.pt", 2) == 0
    (whole, spec), (parts, _) = load_checkpoint(folder / "whole.pt"), load_checkpoint(folder / "parts.pt")
    start, _ = load_checkpoint(folder / "start.pt")
    for name, value in whole.state_dict().items():
        assert torch.equal(parts.state_dict()[name], value), name
    assert not torch.equal(whole.classifier.weight, start.classifier.weight)
    assert spec.rate_hz == 6
    assert (folder / "parts.csv").read_text() == (folder / "whole.csv").read_text()


def test_a_stream_network_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_checkpoint(folder / "stream.pt", *transplant(random_checkpoint(rank_1=True)))
    assert distill("out.pt", 1, start="stream.pt") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "no clip network" in error
