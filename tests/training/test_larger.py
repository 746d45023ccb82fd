from pathlib import Path

import pytest
import torch

from models.nets.checkpoint import load_checkpoint, write_whole
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig
from training.distillation.student import at_half_rate
from training.larger import main


def imagenet(path: Path) -> dict[str, torch.Tensor]:
    plain = MSTNet(MSTNetConfig(1000, "mobilenet_v2", temporal=TemporalConfig(operation="none")))
    weights = plain.backbone.state_dict() | {
        f"classifier.1.{name}": value for name, value in plain.classifier.state_dict().items()
    }
    write_whole(path, weights)
    return weights


def test_knows_imagenet_and_can_be_distilled(tmp_path: Path) -> None:
    weights = imagenet(tmp_path / "imagenet.pth")
    assert main([str(tmp_path / "imagenet.pth"), str(tmp_path / "start.pt")]) == 0
    net, spec = load_checkpoint(tmp_path / "start.pt")
    assert torch.equal(net.backbone.state_dict()["features.0.0.weight"], weights["features.0.0.weight"])
    assert (spec.height, spec.rate_hz, len(spec.labels)) == (112, 12.0, 27)
    at_half_rate(net)


def test_other_weights_are_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_whole(tmp_path / "other.pth", {"conv1.weight": torch.zeros(1)})
    assert main([str(tmp_path / "other.pth"), str(tmp_path / "start.pt")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "other.pth" in error
    assert "MobileNetV2" in error
    assert not (tmp_path / "start.pt").exists()
