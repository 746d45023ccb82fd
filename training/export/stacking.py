"""What a step's graph is rewritten to before it is exported: the same answers, cheaper for a CPU.

MixTConv written as it is defined multiplies each slice by its taps and adds the products up: a dozen passes over small
maps, each of which ONNX Runtime starts anew, and outside of the blocked layout that its convolutions work in. Laid
below one another, now and the past slices are one tall picture, and the sum over lags is one depthwise convolution
whose kernel reaches from slice to slice by a dilation of a slice's height.

Slices too large for that are split by kernel instead, so that a step reads of each channel only the lags that its own
kernel has: with kernels of 1, 3, 5 and 7 two thirds of what it reads otherwise. docs/performance.md has the figures.
"""

import copy
import dataclasses
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.nets.mstnet import MSTNet
from models.nets.temporal import MixTConv, TemporalLayer, Timeline
from models.spec import MemorySpec, ModelSpec

LARGEST_STACK = 2_500_000
"""Bytes of all slices of a layer. MobileNetV2's at 224 px, up to 2.1 MB, were measured; ResNet-50's 22 MB would leave
the cache for the copy and again for the convolution."""
BLOCK = 8
"""Channels that ONNX Runtime keeps together with AVX2; other depthwise convolutions take its slow way."""


class StackedMixTConv(TemporalLayer):
    """MixTConv as one depthwise convolution. It remembers the channels of the kernel 1 too, with taps of zero.

    Args:
        layer: whose taps it takes; causal.
        order: which of the layer's channels its own are; all by default.
    """

    def __init__(self, layer: MixTConv, order: Tensor | None = None) -> None:
        super().__init__()
        self.name, self.lags = layer.name, layer.lags
        taps = layer.taps_by_lag().detach()
        self.kernel = nn.Parameter((taps if order is None else taps[order])[:, None, :, None])

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Lay the frames below one another and convolve from frame to frame."""
        tall = torch.cat([now, *lagged], 2)
        return nn.functional.conv2d(tall, self.kernel, dilation=(now.shape[2], 1), groups=now.shape[1])


class SplitMixTConv(TemporalLayer):
    """MixTConv as one layer a kernel, each of which remembers its own channels as far back as its own kernel reaches.

    Args:
        layer: whose taps it takes; causal.
    """

    def __init__(self, layer: MixTConv) -> None:
        super().__init__()
        self.name = layer.name
        numbers = [k for k, taps in enumerate(layer.taps) if len(taps)]
        self.sizes = [len(layer.taps[k]) for k in numbers]
        parts = [layer.of_kernel(k) for k in numbers]
        for k, part in enumerate(parts):
            part.name = f"{layer.name}.parts.{k}"  # as the network that holds it will call it
        self.parts = nn.ModuleList(parts)
        self.sorted, order = layer.sorted, layer.kernel_of.argsort(stable=True)
        self.order: Tensor
        self.back: Tensor
        self.register_buffer("order", order)
        self.register_buffer("back", order.argsort())

    def forward(self, x: Tensor, timeline: Timeline) -> Tensor:
        """Each kernel's channels through its layer."""
        channels = (x if self.sorted else x.index_select(1, self.order)).split(self.sizes, 1)
        mixed = torch.cat([part(own, timeline) for part, own in zip(self.parts, channels, strict=True)], 1)
        return mixed if self.sorted else mixed.index_select(1, self.back)


def stacked(net: MSTNet, spec: ModelSpec) -> tuple[MSTNet, ModelSpec]:
    """A copy of a network with each MixTConv in the form that pays, and the spec with what it remembers then."""
    net = copy.deepcopy(net)
    for memory in spec.memories:
        block_name, _, name = memory.layer.rpartition(".")
        block = net.backbone.get_submodule(block_name)
        layer = getattr(block, name)
        if isinstance(layer, MixTConv):
            setattr(block, name, cheapest(layer, memory))
    return net, dataclasses.replace(spec, memories=net.memories(spec.height, spec.width))


def cheapest(layer: MixTConv, memory: MemorySpec) -> TemporalLayer:
    """The form of a layer that costs a step the least: stacked, split by kernel, or as it is."""
    if pays(layer, memory):
        return StackedMixTConv(layer)
    return SplitMixTConv(layer) if sum(map(bool, map(len, layer.taps))) > 1 else layer


def pays(layer: MixTConv, memory: MemorySpec) -> bool:
    """Whether one convolution over all slices is faster than multiplying and adding them."""
    channels = layer.first + memory.shape[1]
    return channels % BLOCK == 0 and fits_cache(channels, memory)


def fits_cache(channels: int, memory: MemorySpec) -> bool:
    """Whether now and all past slices of a layer, if it has so many channels, are small enough to be stacked."""
    return 4 * channels * math.prod(memory.shape[2:]) * (1 + len(memory.lags)) <= LARGEST_STACK
