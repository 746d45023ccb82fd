"""The networks that `benchmarks.latency` compares; those not shipped have random weights, which cost the same."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks.runners import Runner, check_clip_network, open_clip, open_hands, open_stream
from models.nets.checkpoint import describe
from models.nets.mstnet import BackboneName, MSTNet, MSTNetConfig
from models.nets.shufflenet import ShuffleNet
from models.nets.temporal import NoTime, TemporalConfig, TemporalLayer
from models.nets.timeline import Chunk
from models.shipped import SHIPPED_MODEL
from training.export.onnx_file import OPSET
from training.export.stream_export import export

SMALL, SMALL_SIZE = "shufflenet-112", 112
SHIPPED_TIME = TemporalConfig("mixtconv", kernels=(3,))
"""The temporal layers of the shipped model, as of its 3-D teacher: one kernel."""
SIZES: tuple[tuple[BackboneName, int], ...] = (("mobilenet_v2", 128), ("mobilenet_v2", 224), ("resnet50", 224))
FORMS = {"plain": TemporalConfig("none"), "tsm": TemporalConfig("shift"), "mixtconv": TemporalConfig("mixtconv")}
CLIPS = (8, 16)
"""Number of frames in the clips. ResNet-50 on clips would take seconds per run and is left out."""
CLASSES = 27

Open = Callable[[], Runner]
"""Loads the runner; can be pickled."""
Build = Callable[[], MSTNet]


@dataclass(frozen=True, slots=True)
class Contender:
    """One row of the table."""

    name: str
    plain: str | None
    """Name of the plain 2-D network that it is compared with."""
    prepare: Callable[[Path], Open]
    """Writes the model file, or None."""


def contenders(
    clip_model: Path | None = None, hand: Path | None = None, models: Sequence[Path] = ()
) -> Iterator[Contender]:
    """All rows; nothing is built yet.

    Args:
        clip_model: another project's clip network.
        hand: a picture of a hand for MediaPipe.
        models: further model files of this project, compared with the shipped one.

    Raises:
        UserError: a given file cannot be used.
    """
    plain = f"{SMALL}-plain"
    shipped = f"shipped:{SHIPPED_MODEL.name}"
    yield Contender(shipped, plain, lambda _: partial(open_stream, SHIPPED_MODEL))
    for path in models:
        yield Contender(path.stem, shipped, lambda _, path=path: partial(open_stream, path))  # type: ignore[misc]
    yield Contender(plain, plain, streaming(plain_shufflenet, SMALL_SIZE))
    yield from recomputed(SMALL, plain, partial(build, "shufflenet", SHIPPED_TIME), SMALL_SIZE)
    for backbone, size in SIZES:
        yield from family(backbone, size)
    if clip_model is not None:
        check_clip_network(clip_model)
        yield Contender(clip_model.stem, plain, lambda _: partial(open_clip, clip_model))
    yield Contender("mediapipe_hands_lite", None, lambda _: partial(open_hands, None))
    if hand is not None:
        yield Contender("mediapipe_hands_lite-following", None, lambda _: partial(open_hands, hand))


def family(backbone: BackboneName, size: int) -> Iterator[Contender]:
    """One backbone at one size: each form of it as a stream, and MixTConv's by clips."""
    plain = f"{backbone}-{size}-plain"
    for form, temporal in FORMS.items():
        yield Contender(f"{backbone}-{size}-{form}", plain, streaming(partial(build, backbone, temporal), size))
    if backbone != "resnet50":
        yield from recomputed(f"{backbone}-{size}-mixtconv", plain, partial(build, backbone, FORMS["mixtconv"]), size)


def recomputed(name: str, plain: str, make: Build, size: int) -> Iterator[Contender]:
    """The same network on clips: each new picture runs the last T pictures again."""

    def prepare(frames: int, path: Path) -> Open:
        export_clip(make(), frames, size, path)
        return partial(open_clip, path)

    for frames in CLIPS:
        yield Contender(f"{name}-clip{frames}", plain, partial(prepare, frames))


def streaming(make: Build, size: int) -> Callable[[Path], Open]:
    """A contender's `prepare` for a network that streams."""

    def prepare(path: Path) -> Open:
        export_stream(make(), size, path)
        return partial(open_stream, path)

    return prepare


def export_stream(net: MSTNet, size: int, path: Path) -> None:
    """Write a network's step, as the app runs it."""
    labels = tuple(f"label {k}" for k in range(net.config.classes))
    export(net, describe(net.eval(), name=path.stem, labels=labels, height=size, width=size, rate_hz=12.0), path)


class ClipGraph(nn.Module):
    """A whole clip from an empty past; the form that is traced."""

    def __init__(self, net: MSTNet, frames: int) -> None:
        super().__init__()
        self.net, self.frames = net, frames

    def forward(self, clip: Tensor) -> Tensor:
        """Pictures uint8 [T, H, W, 3] to the logits of every step [T, classes]."""
        logits, *_ = self.net.run(clip.to(torch.float32).permute(0, 3, 1, 2), Chunk(self.frames))
        return logits


def export_clip(net: MSTNet, frames: int, size: int, path: Path) -> None:
    """Write a network that takes T pictures."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as training.export: the tracer is deprecated, its successor needs more
        clip = torch.zeros(frames, size, size, 3, dtype=torch.uint8)
        torch.onnx.export(ClipGraph(net.eval(), frames), (clip,), str(path), opset_version=OPSET, dynamo=False)


def build(backbone: BackboneName, temporal: TemporalConfig) -> MSTNet:
    """A network of random weights."""
    return MSTNet(MSTNetConfig(CLASSES, backbone, temporal=temporal))


def plain_shufflenet() -> MSTNet:
    """The backbone of the shipped model as a 2-D network of single pictures: every temporal layer taken out."""
    net = build("shufflenet", TemporalConfig("none"))
    for module in list(net.backbone.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, TemporalLayer):
                setattr(module, name, NoTime())
    assert isinstance(net.backbone, ShuffleNet)
    net.backbone.conv1 = nn.Conv2d(3, net.backbone.conv1.out_channels, 3, 2, 1, bias=False)
    return net
