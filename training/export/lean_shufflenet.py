"""What a ShuffleNet's step is rewritten to before it is exported: the same answers by cheaper operations.

ONNX Runtime convolves a picture of three channels as it lies; nine, which fill no block of its own layout, it first
copies out for each place of the kernel. And it shuffles channels in one operation where it is told their order, instead
of three. That operation repeats a few channels, so that the temporal and the spatial convolution of a unit work on full
blocks; behind them the repeated channels are left out. docs/performance.md has the figures.
"""

import copy
import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ChannelShuffle, ShuffleNet, ShuffleUnit
from models.nets.temporal import MixTConv, Stack, TemporalLayer
from models.spec import MemorySpec, ModelSpec
from training.export.stacking import BLOCK, StackedMixTConv, fits_cache


class SummedStem(TemporalLayer):
    """A convolution over pictures that are stacked, and its batch norm, as the sum of one convolution a picture.

    Args:
        stack: which pictures, and in which order.
        convolution: over all of them, without a bias.
        norm: its batch norm, in evaluation mode.
    """

    def __init__(self, stack: Stack, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
        super().__init__()
        self.name, self.lags = stack.name, stack.lags
        fused = fuse_conv_bn_eval(convolution, norm)
        self.bias = fused.bias
        self.kernels = nn.ParameterList(fused.weight.chunk(1 + len(stack.lags), 1))
        self.stride, self.padding = convolution.stride, convolution.padding

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Convolve each picture and add."""
        biases = (self.bias, *[None] * len(lagged))
        first, *others = (
            nn.functional.conv2d(picture, kernel, bias, self.stride, self.padding)
            for picture, kernel, bias in zip((now, *lagged), self.kernels, biases, strict=True)
        )
        return sum(others, first)


class Gathered(nn.Module):
    """Some channels in some order.

    Args:
        order: which channel of its input each of its output is.
    """

    def __init__(self, order: Tensor) -> None:
        super().__init__()
        self.order: Tensor
        self.register_buffer("order", order)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to [B, len(order), H, W]."""
        return x.index_select(1, self.order)


def shuffled(shuffle: ChannelShuffle, channels: int) -> Tensor:
    """Which channel of its input each channel of a shuffle's output is, [channels]."""
    return shuffle(torch.arange(channels)[None, :, None, None]).flatten()


def lean(net: MSTNet, spec: ModelSpec) -> tuple[MSTNet, ModelSpec]:
    """A rewritten copy of a network in evaluation mode, and the spec with what it remembers then.

    Only a ShuffleNet has anything to rewrite.
    """
    net = copy.deepcopy(net)
    backbone = net.backbone
    if not isinstance(backbone, ShuffleNet):
        return net, spec
    backbone.add_module("stack", SummedStem(backbone.stack, backbone.conv1, backbone.bn1))
    for done in ("conv1", "bn1"):
        backbone.add_module(done, nn.Identity())
    memories = {memory.layer: memory for memory in spec.memories}
    for name, unit in backbone.named_modules():
        if isinstance(unit, ShuffleUnit):
            order = shuffled(unit.shuffle, unit.conv1.out_channels)
            if memory := memories.get(f"{name}.temporal"):
                order = order[_fill_blocks(unit, memory)]
            unit.add_module("shuffle", Gathered(order))
    return net, dataclasses.replace(spec, memories=net.memories(spec.height, spec.width))


def _fill_blocks(unit: ShuffleUnit, memory: MemorySpec) -> Tensor:
    """Let what lies between the two 1x1 convolutions of a unit work on full blocks, where it can be stacked then.

    Returns:
        Which of the unit's channels it works on: all, then the first ones again.
    """
    layer, channels = unit.temporal, unit.conv2.in_channels
    wide = -(-channels // BLOCK) * BLOCK
    order = torch.arange(wide) % channels
    if unit.more or not isinstance(layer, MixTConv) or not fits_cache(wide, memory):
        return order[:channels]
    unit.add_module("temporal", StackedMixTConv(layer, order))
    fused = fuse_conv_bn_eval(unit.conv2, unit.bn2)
    convolution = nn.Conv2d(wide, wide, 3, unit.stride, 1, groups=wide)
    assert fused.bias is not None
    convolution.load_state_dict({"weight": fused.weight[order], "bias": fused.bias[order]})
    unit.add_module("conv2", convolution)
    unit.add_module("bn2", Gathered(torch.arange(channels)))
    return order
