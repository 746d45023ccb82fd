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
    """The architecture of an MSTNet."""

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
        temporal["start"] = Start(**temporal.get("start", {}))  # older files have none
        return cls(**(own | {"temporal": TemporalConfig(**temporal)}))


def _with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with tuples instead of lists, for files that hold lists only."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


class NetOutput(NamedTuple):
    """The output for T steps of N streams or clips, and the next state."""

    logits: Tensor
    """[N, T, classes]; fewer steps where the network strides in time."""
    embedding: Tensor
    """[N, T, width], the features before the classifier."""
    maps: Tensor
    """[N, T, width, h, w], the features before they were pooled."""
    past: Past
    """The next state."""


class MSTNet(nn.Module):
    """Computes logits for each step of a clip or of a chunk of a stream. A clip is a stream from an empty past.

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

    def forward(self, clip: Tensor, past: Past | None = None, lag_divisor: int = 1) -> NetOutput:
        """Compute the output for each step of a clip, or of the next chunk of a stream.

        Args:
            clip: [N, T, 3, H, W], RGB on the 0..255 scale, any dtype.
            past: the `past` that the previous chunk returned; None for a clip or the start of a stream.
            lag_divisor: divisor of all lags (`MemorySpec.steps_back`).

        Raises:
            ValueError: a past is given to a network that reads future frames.
        """
        if past is not None and not self.causal:
            raise ValueError("this network reads future frames and cannot stream; build it with causal=True")
        timeline = Chunk(clip.shape[1], past, lag_divisor) if self.causal else Clips(len(clip))
        outputs = self.run(clip.flatten(0, 1), timeline)
        logits, embedding, maps = (x.unflatten(0, (len(clip), -1)) for x in outputs)
        return NetOutput(logits, embedding, maps, timeline.left)

    def step(self, picture: Tensor, past: Past | None = None, lag_divisor: int = 1) -> NetOutput:
        """Compute the output for the next picture of N streams, uint8 [N, H, W, 3] RGB; T is 1."""
        return self(picture.permute(0, 3, 1, 2)[:, None], past if past is not None else {}, lag_divisor)

    def run(self, pictures: Tensor, timeline: Timeline) -> tuple[Tensor, Tensor, Tensor]:
        """Compute logits [B, classes], embedding and maps of pictures [B, 3, H, W], 0..255, along a timeline."""
        maps = self.backbone((pictures.to(self.mean.dtype) - self.mean) / self.std, timeline)
        embedding = maps.mean((2, 3))
        return self.classifier(self.dropout(embedding)), embedding, maps

    @property
    def temporal_layers(self) -> dict[str, TemporalLayer]:
        """The layers that read other steps, by name."""
        modules = self.backbone.named_modules()
        return {name: m for name, m in modules if isinstance(m, TemporalLayer) and m.lags}

    @property
    def causal(self) -> bool:
        """Whether no layer reads future steps."""
        return all(min(layer.lags) > 0 for layer in self.temporal_layers.values())

    @property
    def receptive_field(self) -> int:
        """Number of steps that an output can depend on: an upper limit, as if all layers were in series."""
        reach = [max(layer.lags) - min(0, *layer.lags) for layer in self.temporal_layers.values()]
        return 1 + sum(reach)

    @torch.no_grad()
    def memories(self, height: int, width: int) -> tuple[MemorySpec, ...]:
        """The state of each layer for pictures of this size; empty if the network cannot stream."""
        if not self.causal:
            return ()
        probe = Probe()
        training = self.training
        self.eval()
        self.run(torch.zeros(1, 3, height, width, device=self.mean.device), probe)
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
    """Load a checkpoint of a plain backbone with torchvision's keys, strictly; temporal layers keep their initial taps.

    The classifier is loaded if its shape is the same, as for a network of 1,000 classes.

    Raises:
        ValueError: a key is missing, unknown, or has another shape; the message names it.
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
