"""From a folder in Jester's own form to an exported model: prepare, train with the project's configs, export."""

from pathlib import Path

import pytest
from tiny_datasets import jester

import training.export.__main__
import training.prepare
import training.train
from models.nets.checkpoint import load_checkpoint
from models.spec import ModelSpec
from training.jester import LABELS

CONFIGS = Path(training.train.__file__).parent / "configs" / "jester"
SMALL = ["init=", "data.size=32", "net.backbone=resnet18", "net.width=0.125", "schedule.epochs=1", "run.workers=0"]


@pytest.fixture
def indexes(tmp_path: Path) -> Path:
    lists = jester(tmp_path / "jester")
    words = [str(tmp_path / "jester"), "--lists", str(lists), "--out", str(tmp_path / "indexes"), "--processes", "1"]
    assert training.prepare.main(["jester", *words]) == 0
    return tmp_path / "indexes"


def train(name: str, indexes: Path, run: Path, *words: str) -> int:
    return training.train.main(
        [str(CONFIGS / name), f"data.folder={indexes}", f"run.folder={run}", "schedule.warm_up=0", *SMALL, *words]
    )


def test_clips_with_a_broken_one_among_them(indexes: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for picture in (tmp_path / "jester" / "20bn-jester-v1" / "56557").iterdir():
        picture.write_bytes(b"")
    assert train("ks1357.toml", indexes, tmp_path / "run", "optim.batch=3") == 0
    assert "1 broken clips were skipped, such as 56557" in capsys.readouterr().out
    net, spec = load_checkpoint(tmp_path / "run" / "best.pt")
    assert spec.labels == LABELS
    assert not net.causal


def test_streams_become_a_model_for_the_app(indexes: Path, tmp_path: Path) -> None:
    words = ("optim.batch=1", "optim.accumulate=1", "data.frames=8")
    assert train("ks1357-causal.toml", indexes, tmp_path / "run", *words) == 0
    assert training.export.__main__.main([str(tmp_path / "run" / "best.pt"), str(tmp_path / "model.onnx")]) == 0
    assert (tmp_path / "model.onnx").is_file()
    spec: ModelSpec = load_checkpoint(tmp_path / "run" / "best.pt")[1]
    assert (spec.rate_hz, spec.labels) == (12.0, LABELS)
    assert "on jester" in spec.trained
