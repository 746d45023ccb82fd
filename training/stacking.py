"""What a step's graph is rewritten to before it is exported: the same answers, cheaper for a CPU.

MixTConv written as it is defined multiplies each slice by its taps and adds the products up: a dozen passes over small
maps, each of which ONNX Runtime starts anew, and outside of the blocked layout that its convolutions work in. Laid
below one another, now and the past slices are one tall picture, and the sum over lags is one depthwise convolution
whose kernel reaches from slice to slice by a dilation of a slice's height. docs/performance.md has the figures.
"""

import copy
import dataclasses
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.nets.mstnet import MSTNet
from models.nets.temporal import MixTConv, TemporalLayer
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
    """

    def __init__(self, layer: MixTConv) -> None:
        super().__init__()
        self.name, self.lags = layer.name, layer.lags
        self.kernel = nn.Parameter(layer.taps_by_lag().detach()[:, None, :, None])

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Lay the frames below one another and convolve from frame to frame."""
        tall = torch.cat([now, *lagged], 2)
        return nn.functional.conv2d(tall, self.kernel, dilation=(now.shape[2], 1), groups=now.shape[1])


def stacked(net: MSTNet, spec: ModelSpec) -> tuple[MSTNet, ModelSpec]:
    """A copy of a network with each MixTConv stacked for which that pays, and the spec with what it remembers."""
    net = copy.deepcopy(net)
    for memory in spec.memories:
        block_name, _, name = memory.layer.rpartition(".")
        block = net.backbone.get_submodule(block_name)
        layer = getattr(block, name)
        if isinstance(layer, MixTConv) and pays(layer, memory):
            setattr(block, name, StackedMixTConv(layer))
    return net, dataclasses.replace(spec, memories=net.memories(spec.height, spec.width))


def pays(layer: MixTConv, memory: MemorySpec) -> bool:
    """Whether one convolution over all slices is faster than multiplying and adding them."""
    channels = layer.first + memory.shape[1]
    stack = 4 * channels * math.prod(memory.shape[2:]) * (1 + len(memory.lags))
    return channels % BLOCK == 0 and stack <= LARGEST_STACK
