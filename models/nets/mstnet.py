"""MSTNet: a 2-D backbone, a temporal operation in its blocks, and a classifier over each step's features."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from models.nets.backbone import Backbone, Placement
from models.nets.mobilenet_v2 import MobileNetV2
from models.nets.resnet import resnet18, resnet50
from models.nets.shufflenet import ShuffleNet
from models.nets.taps import Start
from models.nets.temporal import TemporalConfig, TemporalLayer, Timeline
from models.nets.timeline import Chunk, Clips, Past, Probe
from models.spec import MemorySpec

BackboneName = Literal["resnet18", "resnet50", "mobilenet_v2", "shufflenet", "clip_shufflenet"]

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)
"""RGB on the 0..255 scale, as torchvision's checkpoints were trained."""


@dataclass(frozen=True, slots=True)
class MSTNetConfig:
    """Everything that makes an MSTNet except its weights."""

    classes: int
    backbone: BackboneName = "mobilenet_v2"
    width: float = 1.0
    """Width multiplier of the backbone; the shufflenets have only 1.0."""
    temporal: TemporalConfig = field(default_factory=TemporalConfig)
    placement: Placement = "inner"
    ranks: int = 1
    """Pairs of a temporal layer and a spatial convolution in a unit of the shufflenets, whose results are added."""
    dropout: float = 0.0
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD

    def to_dict(self) -> dict[str, Any]:
        """The config as plain values, for a checkpoint."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "MSTNetConfig":
        """The config that `to_dict` wrote."""
        own, temporal = _with_tuples(values), _with_tuples(values["temporal"])
        temporal["start"] = Start(**temporal.get("start", {}))  # files of before have none
        return cls(**(own | {"temporal": TemporalConfig(**temporal)}))


def _with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with tuples for lists, which are all that some files can hold."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


class Answer(NamedTuple):
    """What the network says of T steps, and what it remembers of them."""

    logits: Tensor
    """[N, T, classes]; fewer steps where the network strides in time."""
    embedding: Tensor
    """[N, T, width], the features before the classifier."""
    maps: Tensor
    """[N, T, width, h, w], the features before they were pooled."""
    past: Past
    """The next state."""


class MSTNet(nn.Module):
    """A clip, a chunk of a stream or a single step to logits for each step. A clip is a stream from an empty past.

    Args:
        config: what to build.
    """

    def __init__(self, config: MSTNetConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = build_backbone(config)
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(self.backbone.width, config.classes)
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(config.mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(config.std)[:, None, None], persistent=False)
        for name, layer in self.backbone.named_modules():
            if isinstance(layer, TemporalLayer):
                layer.name = name

    def forward(self, clip: Tensor, past: Past | None = None, lag_divisor: int = 1) -> Answer:
        """Answer at every step of a clip, or of the next chunk of a stream.

        Args:
            clip: [N, T, 3, H, W], RGB on the 0..255 scale, any dtype.
            past: the `past` of the chunk before; None for a clip or the beginning of a stream.
            lag_divisor: how many times less far back every layer looks (`MemorySpec.steps_back`).

        Raises:
            ValueError: a past is given to a network that looks into the future.
        """
        if past is not None and not self.causal:
            raise ValueError("this network looks into the future and cannot stream; build it with causal=True")
        timeline = Chunk(clip.shape[1], past, lag_divisor) if self.causal else Clips(len(clip))
        answers = self.answer(clip.flatten(0, 1), timeline)
        logits, embedding, maps = (x.unflatten(0, (len(clip), -1)) for x in answers)
        return Answer(logits, embedding, maps, timeline.left)

    def step(self, picture: Tensor, past: Past | None = None, lag_divisor: int = 1) -> Answer:
        """Answer for the next picture of N streams, uint8 [N, H, W, 3] RGB; T is 1 in the answer."""
        return self(picture.permute(0, 3, 1, 2)[:, None], past if past is not None else {}, lag_divisor)

    def answer(self, pictures: Tensor, timeline: Timeline) -> tuple[Tensor, Tensor, Tensor]:
        """Logits [B, classes], embedding and maps of pictures [B, 3, H, W], 0..255, along any timeline."""
        maps = self.backbone((pictures.to(self.mean.dtype) - self.mean) / self.std, timeline)
        embedding = maps.mean((2, 3))
        return self.classifier(self.dropout(embedding)), embedding, maps

    @property
    def temporal_layers(self) -> dict[str, TemporalLayer]:
        """The layers that look at other steps, by name."""
        modules = self.backbone.named_modules()
        return {name: m for name, m in modules if isinstance(m, TemporalLayer) and m.lags}

    @property
    def causal(self) -> bool:
        """Whether no layer looks into the future."""
        return all(min(layer.lags) > 0 for layer in self.temporal_layers.values())

    @property
    def receptive_field(self) -> int:
        """How many steps one answer can depend on, counting the layers as if each followed on the one before."""
        reach = [max(layer.lags) - min(0, *layer.lags) for layer in self.temporal_layers.values()]
        return 1 + sum(reach)

    @torch.no_grad()
    def memories(self, height: int, width: int) -> tuple[MemorySpec, ...]:
        """What each layer remembers of one stream of pictures of this size; nothing where the network cannot stream."""
        if not self.causal:
            return ()
        probe = Probe()
        training = self.training
        self.eval()
        self.answer(torch.zeros(1, 3, height, width, device=self.mean.device), probe)
        self.train(training)
        layers = self.temporal_layers
        return tuple(MemorySpec(name, shape, layers[name].lags) for name, shape in probe.shapes.items())


def build_backbone(config: MSTNetConfig) -> Backbone:
    """The backbone that a config names."""
    make = config.temporal.build
    if config.backbone == "shufflenet":
        return ShuffleNet(make, ranks=config.ranks)
    if config.backbone == "clip_shufflenet":
        return ShuffleNet(make, (1, 1, 1, 1), clips=True, ranks=config.ranks)
    builders = {"resnet18": resnet18, "resnet50": resnet50, "mobilenet_v2": MobileNetV2}
    if config.backbone not in builders:
        raise ValueError(
            f"no backbone {config.backbone!r}; there are {', '.join([*builders, 'shufflenet', 'clip_shufflenet'])}"
        )
    return builders[config.backbone](make, config.placement, config.width)


def load_imagenet(net: MSTNet, checkpoint: Mapping[str, Tensor]) -> None:
    """Load a plain backbone's checkpoint, with torchvision's keys, strictly; temporal layers keep their start.

    The classifier is loaded where its shape is the net's, which is so for a net of 1,000 classes.

    Raises:
        ValueError: a key is missing, too many, or of another shape; says which.
    """
    prefix = net.backbone.classifier_prefix
    theirs = {key: value for key, value in checkpoint.items() if not key.startswith(prefix)}
    layers = [(name, m) for name, m in net.backbone.named_modules() if isinstance(m, TemporalLayer)]
    temporal = {f"{name}.{key}" for name, layer in layers for key in layer.state_dict()}
    ours = {key: value for key, value in net.backbone.state_dict().items() if key not in temporal}
    # Batch norm's step counter came to torchvision's checkpoints late; old files lack it and nothing here reads it.
    wrong = sorted(key for key in ours.keys() ^ theirs.keys() if not key.endswith("num_batches_tracked"))
    wrong += sorted(key for key in ours.keys() & theirs.keys() if ours[key].shape != theirs[key].shape)
    if wrong:
        raise ValueError(
            f"the checkpoint is not of a plain {net.config.backbone}: {len(wrong)} keys differ, {wrong[:3]}"
        )
    net.backbone.load_state_dict(theirs, strict=False)
    weight, bias = (
        next((v for k, v in checkpoint.items() if k.startswith(prefix) and k.endswith(end)), None)
        for end in ("weight", "bias")
    )
    if weight is not None and bias is not None and weight.shape == net.classifier.weight.shape:
        net.classifier.load_state_dict({"weight": weight, "bias": bias})
