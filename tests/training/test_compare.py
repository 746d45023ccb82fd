from pathlib import Path

import pytest
import torch
from clip_networks import random_checkpoint, write_teacher
from films import write_recordings

import training.compare
from models.nets.checkpoint import load_checkpoint, save_checkpoint
from training.compare import main
from training.distillation.student import Recipe
from training.transplant.shufflenet3d import transplant


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two starts, a teacher and a recording."""
    net, spec = transplant(random_checkpoint(rank_1=True))
    save_checkpoint(tmp_path / "three.pt", net, spec)
    save_checkpoint(tmp_path / "again.pt", net, spec)
    write_teacher(tmp_path / "teacher.onnx")
    write_recordings(tmp_path, "a.avi,Thumb Up,train,generated,12,2,9")
    small = Recipe(streams=1, chunk=6, chunks=2, first_window=2, every=3, warm_up=1)
    monkeypatch.setattr(training.compare, "Recipe", lambda **_: small)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compare(out: str, iterations: int, *starts: str) -> int:
    given = [out, *starts, "--data", ".", "--teacher", "teacher.onnx", "--cache", "cache", "--save-every", "1"]
    return main([*given, "--iterations", str(iterations)])


def test_equal_networks_become_equal_whatever_is_trained_with_them_and_when_resumed(folder: Path) -> None:
    assert compare("alone", 2, "three.pt") == 0
    assert compare("both", 1, "three.pt", "again.pt") == 0
    assert compare("both", 2, "three.pt", "again.pt") == 0
    alone, _ = load_checkpoint(folder / "alone/three.pt")
    for name in ("three", "again"):
        net, spec = load_checkpoint(folder / f"both/{name}.pt")
        assert "4 steps" in spec.trained
        for key, value in alone.state_dict().items():
            assert torch.equal(net.state_dict()[key], value), (name, key)


def test_two_of_one_name_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare("out", 1, "three.pt", "./three.pt") == 2
    assert "same name" in capsys.readouterr().err
    (folder / "three.new").write_bytes((folder / "three.pt").read_bytes())
    assert compare("out", 1, "three.pt", "three.new") == 2
    assert "same name" in capsys.readouterr().err
    assert not (folder / "out").exists()
