"""The last layer of a clip network is fitted to windows with a penalty on its change; unusable input is one line."""

from pathlib import Path

import numpy as np
import pytest
import torch
from clip_networks import random_checkpoint
from films import write_recordings

import training.clip_head
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from training.clip_head import Windows, fit, main
from training.distillation.window_targets import WindowContent
from training.transplant.shufflenet3d import transplant

WIDTH, CLASSES = 6, 3


def windows(count: int = 200) -> Windows:
    """Windows whose first three features encode the correct label."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, CLASSES, count)
    embeddings = rng.normal(0, 0.3, (count, WIDTH)).astype(np.float32)
    embeddings[np.arange(count), labels] += 1
    return Windows(embeddings, np.eye(CLASSES, dtype=bool)[labels], np.full(count, int(WindowContent.GESTURE)))


def share_correct(found: Windows, weight: torch.Tensor, bias: torch.Tensor) -> float:
    labels = (torch.from_numpy(found.embeddings) @ weight.T + bias).argmax(1).numpy()
    return float(found.correct[np.arange(len(labels)), labels].mean())


def test_it_learns_the_correct_labels() -> None:
    start = torch.zeros(CLASSES, WIDTH), torch.tensor([2.0, 0.0, 0.0])
    assert share_correct(windows(), *start) < 0.5
    assert share_correct(windows(), *fit(windows(), *start, penalty=0.01)) > 0.95


def test_the_penalty_limits_the_change() -> None:
    start = torch.ones(CLASSES, WIDTH), torch.zeros(CLASSES)
    moved = [float((fit(windows(), *start, penalty)[0] - start[0]).norm()) for penalty in (0.01, 1.0, 1e6)]
    assert moved[0] > moved[1] > moved[2]
    assert moved[2] < 1e-4


def test_where_several_labels_are_correct_none_of_them_is_an_error() -> None:
    either = Windows(windows().embeddings, np.ones((200, CLASSES), bool), np.full(200, int(WindowContent.PART)))
    start = torch.randn(CLASSES, WIDTH, generator=torch.manual_seed(0)), torch.zeros(CLASSES)
    weight, bias = fit(either, *start)
    torch.testing.assert_close(weight, start[0])
    torch.testing.assert_close(bias, start[1])


def test_each_kind_of_window_has_its_share_of_the_loss() -> None:
    shows = np.array([WindowContent.NOTHING] * 8 + [WindowContent.PART] * 2 + [WindowContent.GESTURE])
    weights = Windows(np.zeros((11, WIDTH), np.float32), np.ones((11, CLASSES), bool), shows).weights
    assert [float(weights[shows == each].sum()) for each in WindowContent] == pytest.approx([0.5, 0.2, 0.3])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A start and a recording."""
    save_checkpoint(tmp_path / "start.pt", *transplant(random_checkpoint(rank_1=True), centred=True))
    write_recordings(tmp_path, "a.avi,Thumb Up,train,generated,12,2,20", steps=30)
    monkeypatch.setattr(training.clip_head, "STREAM_S", 3.0)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_clip_head(*more: str, start: str = "start.pt", out: str = "out.pt") -> int:
    return main([start, out, "--data", ".", "--cache", "cache", "--streams", "2", *more])


def test_only_the_last_layer_changes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_clip_head() == 0
    assert "windows that show: " in capsys.readouterr().out
    (before, _), (after, spec) = load_checkpoint(folder / "start.pt"), load_checkpoint(folder / "out.pt")
    changed = [name for name, value in after.state_dict().items() if not torch.equal(value, before.state_dict()[name])]
    assert changed == ["classifier.weight", "classifier.bias"]
    assert "its last layer on" in spec.trained


def test_a_stream_network_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_checkpoint(folder / "stream.pt", *transplant(random_checkpoint(rank_1=True)))
    assert run_clip_head(start="stream.pt") == 2
    assert "no clip network" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "said"), [("a.avi,Thumb Up,val,generated,12,2,20\n", "no training recordings"), (None, "clips.csv")]
)
def test_missing_recordings_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], rows: str | None, said: str
) -> None:
    (folder / "clips.csv").unlink()
    if rows:
        (folder / "clips.csv").write_text("path,label,split,source,fps,start,end\n" + rows)
    assert run_clip_head() == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert said in error


def test_the_start_is_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_clip_head(out="start.pt") == 2
    assert "START itself" in capsys.readouterr().err
    assert (folder / "start.pt").is_file()
