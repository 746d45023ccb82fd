"""Temporal layers rewritten for export: the same outputs, faster on a CPU.

By its definition MixTConv multiplies each slice by its taps and sums the products: a dozen operations on small maps,
outside of the blocked layout of ONNX Runtime's convolutions. Stacked vertically, the slices are one tall picture, and
the sum over lags is one depthwise convolution with a dilation of a slice's height.

Slices too large for that are split by kernel instead, so that a step reads only the lags of each channel's kernel. With
kernels of 1, 3, 5 and 7 this is two thirds of the data. docs/performance.md has the figures.
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

MAX_STACK_BYTES = 2_500_000
"""Maximum size of all slices of a layer. It was measured with MobileNetV2 at 224 px, up to 2.1 MB; ResNet-50's 22 MB do
not fit into the cache."""
BLOCK = 8
"""Channels per block of ONNX Runtime's layout for AVX2; other numbers of channels use a slow convolution."""


class StackedMixTConv(TemporalLayer):
    """MixTConv as one depthwise convolution. Its memories include the channels of kernel 1, with taps of zero.

    Args:
        layer: the causal layer to rewrite.
        order: [K], the layer's channel of each channel of this one; by default all channels.
    """

    def __init__(self, layer: MixTConv, order: Tensor | None = None) -> None:
        super().__init__()
        self.name, self.lags = layer.name, layer.lags
        taps = layer.taps_by_lag().detach()
        self.kernel = nn.Parameter((taps if order is None else taps[order])[:, None, :, None])

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Stack the slices vertically and convolve across them."""
        tall = torch.cat([now, *lagged], 2)
        return nn.functional.conv2d(tall, self.kernel, dilation=(now.shape[2], 1), groups=now.shape[1])


class SplitMixTConv(TemporalLayer):
    """MixTConv as one layer per kernel, each with the memories of its channels and lags only.

    Args:
        layer: the causal layer to rewrite.
    """

    def __init__(self, layer: MixTConv) -> None:
        super().__init__()
        self.name = layer.name
        numbers = [k for k, taps in enumerate(layer.taps) if len(taps)]
        self.sizes = [len(layer.taps[k]) for k in numbers]
        parts = [layer.of_kernel(k) for k in numbers]
        for k, part in enumerate(parts):
            part.name = f"{layer.name}.parts.{k}"  # its name within the network
        self.parts = nn.ModuleList(parts)
        self.sorted, order = layer.sorted, layer.kernel_of.argsort(stable=True)
        self.order: Tensor
        self.back: Tensor
        self.register_buffer("order", order)
        self.register_buffer("back", order.argsort())

    def forward(self, x: Tensor, timeline: Timeline) -> Tensor:
        """Run each kernel's layer on its channels."""
        channels = (x if self.sorted else x.index_select(1, self.order)).split(self.sizes, 1)
        mixed = torch.cat([part(own, timeline) for part, own in zip(self.parts, channels, strict=True)], 1)
        return mixed if self.sorted else mixed.index_select(1, self.back)


def stack_layers(net: MSTNet, spec: ModelSpec) -> tuple[MSTNet, ModelSpec]:
    """A copy of a network with each MixTConv in its fastest form, and the spec with the memories it then has."""
    net = copy.deepcopy(net)
    for memory in spec.memories:
        block_name, _, name = memory.layer.rpartition(".")
        block = net.backbone.get_submodule(block_name)
        layer = getattr(block, name)
        if isinstance(layer, MixTConv):
            setattr(block, name, fastest_layer(layer, memory))
    return net, dataclasses.replace(spec, memories=net.memories(spec.height, spec.width))


def fastest_layer(layer: MixTConv, memory: MemorySpec) -> TemporalLayer:
    """The fastest form of a layer: stacked, split by kernel, or unchanged."""
    if stacking_pays(layer, memory):
        return StackedMixTConv(layer)
    return SplitMixTConv(layer) if sum(map(bool, map(len, layer.taps))) > 1 else layer


def stacking_pays(layer: MixTConv, memory: MemorySpec) -> bool:
    """Whether one convolution over all slices is faster than multiplying and summing them."""
    channels = layer.first + memory.shape[1]
    return channels % BLOCK == 0 and fits_cache(channels, memory)


def fits_cache(channels: int, memory: MemorySpec) -> bool:
    """Whether all slices of a layer with this number of channels are small enough to be stacked."""
    return 4 * channels * math.prod(memory.shape[2:]) * (1 + len(memory.lags)) <= MAX_STACK_BYTES
