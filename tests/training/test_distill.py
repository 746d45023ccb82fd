import csv
import functools
import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from clip_networks import random_checkpoint, write_teacher

import training.distill
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from training.distill import main, until
from training.distillation.lessons import training_recordings
from training.distillation.student import Recipe
from training.transplant import transplant


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A start, a teacher and two recordings."""
    save_checkpoint(tmp_path / "start.pt", *transplant(random_checkpoint(rank_1=True)))
    write_teacher(tmp_path / "teacher.onnx")
    random = np.random.default_rng(0)
    for name in "ab":
        video = cv2.VideoWriter(str(tmp_path / f"{name}.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 12, (48, 36))
        for _ in range(12):
            video.write(random.integers(0, 256, (36, 48, 3), dtype=np.uint8))
        video.release()
    (tmp_path / "clips.csv").write_text(
        "path,label,split,source,fps,start,end\n"
        "a.avi,Thumb Up,train,generated,12,2,9\n"
        "b.avi,Doing other things,train,signed,12,0,12\n"
    )
    small = functools.partial(Recipe, chunk=6, chunks=2, first_window=2, every=3, warm_up=1)
    monkeypatch.setattr(training.distill, "Recipe", small)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def distill(out: str, lessons: int, *more: str) -> int:
    given = ["start.pt", out, "--data", ".", "--teacher", "teacher.onnx", "--cache", "cache"]
    return main([*given, "--streams", "1", "--lessons", str(lessons), *more])


def test_a_stopped_run_goes_on_as_if_it_had_never_stopped(folder: Path) -> None:
    assert distill("whole.pt", 3) == 0
    assert distill("parts.pt", 1) == 0
    assert distill("parts.pt", 3) == 0
    (whole, spec), (parts, _) = load_checkpoint(folder / "whole.pt"), load_checkpoint(folder / "parts.pt")
    start, _ = load_checkpoint(folder / "start.pt")
    for name, value in whole.state_dict().items():
        assert torch.equal(parts.state_dict()[name], value), name
    assert not torch.equal(whole.classifier.weight, start.classifier.weight)
    assert "6 steps" in spec.trained
    log = (folder / "whole.csv").read_text()
    assert (folder / "parts.csv").read_text() == log
    assert [row["lesson"] for row in csv.DictReader(log.splitlines())] == ["1", "2", "3"]


def test_another_recipe_does_not_go_on_with_a_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert distill("out.pt", 1) == 0
    assert distill("out.pt", 2, "--lr", "0.5") == 2
    assert "another recipe" in capsys.readouterr().err


def test_no_time_left_still_leaves_a_whole_checkpoint(folder: Path) -> None:
    assert distill("out.pt", 5, "--minutes", "0") == 0
    start, _ = load_checkpoint(folder / "start.pt")
    out, _ = load_checkpoint(folder / "out.pt")
    for name, value in start.state_dict().items():
        assert torch.equal(out.state_dict()[name], value), name


def test_being_told_to_stop_stops() -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        go_on = until(60)
        assert go_on()
        os.kill(os.getpid(), signal.SIGTERM)
        assert not go_on()
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("missing", ["clips.csv", "teacher.onnx", "start.pt", "a.avi"])
def test_what_is_missing_is_said_in_one_line(folder: Path, capsys: pytest.CaptureFixture[str], missing: str) -> None:
    (folder / missing).unlink()
    assert distill("out.pt", 4) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert missing in error


def test_what_is_for_judging_is_not_trained_on(tmp_path: Path) -> None:
    rows = [f"{k}.avi,Doing other things,train,driver,12,0,9\n" for k in range(6)]
    rows.append("v.avi,Thumb Up,val,nvgesture,12,0,9\n")
    (tmp_path / "clips.csv").write_text("path,label,split,source,fps,start,end\n" + "".join(rows))
    assert {r.path.stem for r in training_recordings([tmp_path])} == {"1", "2", "3", "4"}
