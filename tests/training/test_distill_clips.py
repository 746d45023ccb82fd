"""The command that trains a clip network: resuming, and errors of one line."""

import functools
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from clip_networks import random_checkpoint, write_teacher

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
    random = np.random.default_rng(0)
    video = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 12, (48, 36))
    for _ in range(12):
        video.write(random.integers(0, 256, (36, 48, 3), dtype=np.uint8))
    video.release()
    (tmp_path / "clips.csv").write_text(
        "path,label,split,source,fps,start,end\na.avi,Thumb Up,train,generated,12,2,9\n"
    )
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


def test_a_run_of_another_recipe_is_not_resumed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert distill("out.pt", 1) == 0
    assert distill("out.pt", 2, "--lr", "0.5") == 2
    assert "another recipe" in capsys.readouterr().err


def test_a_stream_network_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_checkpoint(folder / "stream.pt", *transplant(random_checkpoint(rank_1=True)))
    assert distill("out.pt", 1, start="stream.pt") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "no clip network" in error


def test_the_start_is_not_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert distill("start.pt", 1) == 2
    assert "START itself" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["clips.csv", "teacher.onnx", "start.pt", "a.avi"])
def test_a_missing_file_is_an_error_of_one_line(folder: Path, capsys: pytest.CaptureFixture[str], missing: str) -> None:
    (folder / missing).unlink()
    assert distill("out.pt", 2) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert missing in error
