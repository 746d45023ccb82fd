"""MSTNet: which blocks have temporal layers, and how ImageNet checkpoints are loaded."""

import pytest
import torch
from networks import small_net

from models.nets.mstnet import MSTNet, MSTNetConfig, load_imagenet
from models.nets.taps import Start
from models.nets.temporal import TemporalConfig


def imagenet_like(backbone: str) -> dict[str, torch.Tensor]:
    """A checkpoint with torchvision's keys: as of a plain network with 1,000 classes."""
    plain = MSTNet(MSTNetConfig(1000, backbone, temporal=TemporalConfig("none")))
    prefix = {"mobilenet_v2": "classifier.1."}.get(backbone, "fc.")
    return plain.backbone.state_dict() | {prefix + key: value for key, value in plain.classifier.state_dict().items()}


@pytest.mark.parametrize(
    ("backbone", "keys", "parameters"),
    [("resnet18", 122, 11_689_512), ("resnet50", 320, 25_557_032), ("mobilenet_v2", 314, 3_504_872)],
)
def test_plain_backbones_are_torchvisions(backbone, keys, parameters):
    plain = MSTNet(MSTNetConfig(1000, backbone, temporal=TemporalConfig("none")))
    assert len(imagenet_like(backbone)) == keys
    assert sum(p.numel() for p in plain.parameters()) == parameters  # as torchvision states them


@pytest.mark.parametrize("backbone", ["resnet18", "resnet50", "mobilenet_v2"])
@pytest.mark.parametrize("operation", ["none", "shift", "mixtconv"])
def test_an_imagenet_checkpoint_loads_strictly(backbone, operation):
    checkpoint = imagenet_like(backbone)
    net = MSTNet(MSTNetConfig(1000, backbone, temporal=TemporalConfig(operation)))
    load_imagenet(net, checkpoint)
    for key, value in net.backbone.state_dict().items():
        if ".taps." not in key:
            assert torch.equal(value, checkpoint[key]), key
    assert any(torch.equal(net.classifier.weight, value) for value in checkpoint.values())


def test_known_torchvision_keys():
    """Keys of torchvision's files; the helper above cannot get these wrong in the same way."""
    resnet, mobilenet = imagenet_like("resnet50"), imagenet_like("mobilenet_v2")
    assert resnet["layer4.2.conv3.weight"].shape == (2048, 512, 1, 1)
    assert resnet["layer2.0.downsample.1.running_mean"].shape == (512,)
    assert resnet["fc.weight"].shape == (1000, 2048)
    assert mobilenet["features.0.0.weight"].shape == (32, 3, 3, 3)
    assert mobilenet["features.1.conv.1.weight"].shape == (16, 32, 1, 1)
    assert mobilenet["features.17.conv.2.weight"].shape == (320, 960, 1, 1)
    assert mobilenet["features.18.1.running_var"].shape == (1280,)
    assert mobilenet["classifier.1.weight"].shape == (1000, 1280)


@pytest.mark.parametrize(
    ("width", "stem", "stages"),
    [
        (0.35, 16, [8, 8, 16, 24, 32, 56, 112]),
        (0.5, 16, [8, 16, 16, 32, 48, 80, 160]),
        (0.75, 24, [16, 24, 24, 48, 72, 120, 240]),
        (1.4, 48, [24, 32, 48, 88, 136, 224, 448]),
    ],
)
def test_a_narrow_or_wide_mobilenet_has_the_published_channels(width, stem, stages):
    """As torchvision and the authors' networks have them: multiples of 8, none more than a tenth below its share."""
    features = MSTNet(MSTNetConfig(27, "mobilenet_v2", width, TemporalConfig("none"))).backbone.features
    assert features[0][0].out_channels == stem
    last_of_stages = (1, 3, 6, 10, 13, 16, 17)
    assert [features[k].conv[-1].num_features for k in last_of_stages] == stages
    assert features[18][0].out_channels == int(1280 * max(1.0, width))


@pytest.mark.parametrize("damage", ["missing", "extra", "shape", "other net"])
def test_a_checkpoint_of_something_else_is_refused(damage):
    checkpoint = imagenet_like("resnet18")
    if damage == "missing":
        del checkpoint["layer1.0.conv1.weight"]
    elif damage == "extra":
        checkpoint["layer9.conv.weight"] = torch.zeros(1)
    elif damage == "shape":
        checkpoint["conv1.weight"] = torch.zeros(64, 3, 5, 5)
    else:
        checkpoint = imagenet_like("mobilenet_v2")
    with pytest.raises(ValueError, match="not of a plain resnet18"):
        load_imagenet(MSTNet(MSTNetConfig(27, "resnet18")), checkpoint)


def test_the_real_mobilenet_checkpoint_loads(shared):
    net = MSTNet(MSTNetConfig(27, "mobilenet_v2"))
    load_imagenet(net, torch.load(shared / "weights/mobilenet_v2_imagenet.pth", weights_only=True))


@pytest.mark.parametrize(("backbone", "layers"), [("resnet18", 8), ("resnet50", 16), ("mobilenet_v2", 10)])
def test_every_residual_block_looks_along_time(backbone, layers):
    net = MSTNet(MSTNetConfig(27, backbone))
    assert len(net.temporal_layers) == layers
    assert all(layer.lags == (1, 2, 3, 4, 5, 6) for layer in net.temporal_layers.values())


def test_the_past_of_mobilenet_at_224_is_what_the_design_says():
    memories = MSTNet(MSTNetConfig(27, "mobilenet_v2")).memories(224, 224)
    slice_values = sum(c * h * w for _, c, h, w in (memory.shape for memory in memories))
    assert slice_values == 649_152 // 4  # the design counts 3 channel-frames a channel; a slice holds 3/4 of one


def test_placement_decides_what_the_shortcut_sees():
    clip = torch.randint(0, 256, (1, 4, 3, 32, 32)).float()
    with torch.no_grad():
        inner, head = (small_net("resnet18", placement=p)(clip).logits for p in ("inner", "head"))
    assert (inner - head).abs().max() > 1e-3


def test_a_config_survives_a_checkpoint():
    config = MSTNetConfig(27, "resnet18", 0.5, TemporalConfig("mixtconv", (1, 3), (2,), False), "head", 0.8)
    as_json_would = {k: list(v) if isinstance(v, tuple) else v for k, v in config.to_dict().items()}
    assert MSTNetConfig.from_dict(config.to_dict()) == config
    assert MSTNetConfig.from_dict(as_json_would) == config


def test_starts_and_shares_survive_a_checkpoint_and_those_of_before_have_none():
    temporal = TemporalConfig("mixtconv", (1, 3), start=Start("one_lag", 0.5, 1), shares=(0.75, 0.25))
    config = MSTNetConfig(27, "resnet18", temporal=temporal)
    assert MSTNetConfig.from_dict(config.to_dict()) == config
    plain = MSTNetConfig(27, "resnet18")
    before = plain.to_dict()
    del before["temporal"]["start"], before["temporal"]["shares"]
    assert MSTNetConfig.from_dict(before) == plain


@pytest.mark.parametrize(
    "config",
    [
        MSTNetConfig(27, "vgg"),
        MSTNetConfig(27, temporal=TemporalConfig("attention")),
        MSTNetConfig(27, placement="tail"),
    ],
)
def test_unknown_names_are_answered_with_the_known_ones(config):
    with pytest.raises(ValueError, match=r"'(vgg|attention|tail)'|inner"):
        MSTNet(config)
