from dataclasses import replace
from pathlib import Path

import pytest
import torch
from networks import small_net, small_spec

from models.errors import ModelFileError
from models.nets.checkpoint import describe, save_checkpoint
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.nets.temporal import TemporalConfig
from training.export.stream_export import export
from training.trainer.config import Config, DataConfig
from training.trainer.config_file import ConfigError
from training.trainer.start import initial_net, load_initial_weights

LABELS = ("a", "b", "c")


def config(init: Path | str = "", classes: int = 3, operation: str = "mixtconv") -> Config:
    temporal = TemporalConfig(operation, causal=False)  # type: ignore[arg-type]
    return Config(DataConfig("motions"), MSTNetConfig(classes, "resnet18", 0.125, temporal), init=str(init))


def save(path: Path, net: MSTNet, labels: tuple[str, ...] = ()) -> Path:
    labels = labels or tuple(f"label {k}" for k in range(net.config.classes))
    save_checkpoint(path, net, describe(net, name="other", labels=labels, height=32, width=32, rate_hz=12.0))
    return path


def test_starts_from_its_seed_with_a_classifier_near_0() -> None:
    one, other = initial_net(config(), LABELS), initial_net(config(), LABELS)
    assert torch.equal(one.backbone.conv1.weight, other.backbone.conv1.weight)
    assert one.classifier.weight.abs().max() < 0.01
    assert not one.classifier.bias.any()


def test_starts_from_a_plain_backbone_as_torchvision_saves_it(tmp_path: Path) -> None:
    plain = MSTNet(config(operation="none").net)
    checkpoint = plain.backbone.state_dict() | {"fc.weight": torch.ones(1000, 64), "fc.bias": torch.ones(1000)}
    torch.save(checkpoint, tmp_path / "imagenet.pth")
    net = initial_net(config(tmp_path / "imagenet.pth"), LABELS)
    assert torch.equal(net.backbone.conv1.weight, plain.backbone.conv1.weight)
    assert net.classifier.weight.abs().max() < 0.01


def test_starts_from_a_checkpoint_of_other_classes(tmp_path: Path) -> None:
    other = MSTNet(config(classes=7).net)
    net = initial_net(config(save(tmp_path / "best.pt", other)), LABELS)
    assert torch.equal(net.backbone.layer1[0].temporal.taps[1], other.backbone.layer1[0].temporal.taps[1])
    assert net.classifier.weight.shape[0] == 3


def test_the_classifier_keeps_the_rows_of_common_labels(tmp_path: Path) -> None:
    other = MSTNet(config(classes=4).net)
    net = initial_net(config(save(tmp_path / "best.pt", other, ("c", "x", "a", "y"))), LABELS)
    assert torch.equal(net.classifier.weight[[0, 2]], other.classifier.weight[[2, 0]])
    assert torch.equal(net.classifier.bias[[0, 2]], other.classifier.bias[[2, 0]])
    assert net.classifier.weight[1].abs().max() < 0.01


def test_starts_from_an_exported_network(tmp_path: Path) -> None:
    other = small_net("shufflenet", kernels=(3,))
    export(other, small_spec(other), tmp_path / "other.onnx")
    labels = ("Thumb Up", "wave", "No gesture")
    mine = Config(DataConfig("folders"), replace(other.config, classes=0), init=str(tmp_path / "other.onnx"))
    net = initial_net(mine, labels).eval()
    pictures = torch.randint(0, 256, (1, 6, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        torch.testing.assert_close(net(pictures).embedding, other(pictures).embedding, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(net.classifier.weight[[0, 2]], other.classifier.weight[[4, 1]])
    assert net.classifier.weight[1].abs().max() < 0.01


def test_an_exported_network_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = MSTNet(MSTNetConfig(3, "resnet18", 0.125, TemporalConfig(kernels=(3,)))).eval()
    spec = describe(other, name="other", labels=LABELS, height=32, width=32, rate_hz=12.0)
    export(other, spec, tmp_path / "other.onnx")
    with pytest.raises(ModelFileError, match="cannot be converted"):
        initial_net(config(tmp_path / "other.onnx"), LABELS)


def test_the_number_of_classes_is_that_of_the_labels() -> None:
    assert initial_net(config(classes=0), LABELS).config.classes == 3
    with pytest.raises(ConfigError, match=r"net.classes is 2 and the data has 3 labels"):
        initial_net(config(classes=2), LABELS)


def test_lags_that_every_does_not_divide_are_refused() -> None:
    odd = replace(config(), net=replace(config().net, temporal=TemporalConfig()))
    with pytest.raises(ConfigError, match=r"data.every=2 must divide all lags; \S+ has \(1, 2, 3, "):
        initial_net(replace(odd, data=replace(odd.data, every=2)), LABELS)


@pytest.mark.parametrize(("labels", "kept"), [(LABELS, True), (("a", "c", "b"), False)], ids=["same", "other order"])
def test_the_classifier_is_kept_where_the_labels_are_the_same(
    tmp_path: Path, labels: tuple[str, ...], kept: bool
) -> None:
    other = MSTNet(config().net)
    net = initial_net(config(save(tmp_path / "best.pt", other, labels)), LABELS)
    assert torch.equal(net.classifier.weight, other.classifier.weight) == kept
    assert torch.equal(net.classifier.bias, other.classifier.bias) == kept


def test_a_network_of_another_shape_is_refused_with_what_differs(tmp_path: Path) -> None:
    path = save(tmp_path / "best.pt", MSTNet(config(operation="none").net))
    with pytest.raises(ModelFileError, match=r"does not fit this network: \d+ weights differ, such as backbone"):
        load_initial_weights(MSTNet(config().net), path, LABELS)


@pytest.mark.parametrize(
    ("temporal", "operation"),
    [
        (TemporalConfig(), r"causal mixtconv \[1, 3, 5, 7\] dilated \[1, 1, 1, 1\]"),
        (TemporalConfig(dilations=(2,), causal=False), r"centred mixtconv \[1, 3, 5, 7\] dilated \[2, 2, 2, 2\]"),
        (TemporalConfig("shift", causal=False), "centred shift"),
        (TemporalConfig("conv1d", (3,), causal=False), r"centred conv1d \[3\]"),
    ],
    ids=["causal", "dilated", "shift", "conv1d"],
)
def test_a_network_of_another_temporal_operation_is_refused(
    tmp_path: Path, temporal: TemporalConfig, operation: str
) -> None:
    path = save(tmp_path / "best.pt", MSTNet(MSTNetConfig(3, "resnet18", 0.125, temporal)))
    with pytest.raises(ModelFileError, match=f"operation is {operation}, this network's centred mixtconv"):
        load_initial_weights(MSTNet(config().net), path, LABELS)


def test_one_dilation_equals_the_same_dilation_per_kernel(tmp_path: Path) -> None:
    temporal = TemporalConfig(dilations=(1, 1, 1, 1), causal=False)
    other = MSTNet(MSTNetConfig(3, "resnet18", 0.125, temporal))
    net = MSTNet(config().net)
    load_initial_weights(net, save(tmp_path / "best.pt", other), LABELS)
    assert torch.equal(net.backbone.conv1.weight, other.backbone.conv1.weight)


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    torch.save({"epoch": 3, "state": torch.ones(2)}, tmp_path / "x.pt")
    with pytest.raises(ModelFileError, match=r"does not fit this network: .*not of a plain resnet18"):
        load_initial_weights(MSTNet(config().net), tmp_path / "x.pt", LABELS)
