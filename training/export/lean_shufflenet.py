"""A ShuffleNet's step rewritten for export: the same outputs by cheaper operations.

ONNX Runtime convolves pictures of three channels directly. Nine channels do not fill a block of its layout, and are
first copied for each position of the kernel (im2col). A channel shuffle is one gather operation instead of three. It
repeats the first channels of a unit until they fill the blocks, for the temporal layer and the depthwise convolution;
the repeated channels are dropped after these. docs/performance.md has the figures.
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
    """A convolution over stacked pictures and its batch norm, as the sum of one convolution per picture.

    Args:
        stack: the pictures and their order.
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
        """Convolve each picture and sum."""
        biases = (self.bias, *[None] * len(lagged))
        first, *others = (
            nn.functional.conv2d(picture, kernel, bias, self.stride, self.padding)
            for picture, kernel, bias in zip((now, *lagged), self.kernels, biases, strict=True)
        )
        return sum(others, first)


class Gathered(nn.Module):
    """Channels of the input by index.

    Args:
        order: [K], the input channel of each output channel.
    """

    def __init__(self, order: Tensor) -> None:
        super().__init__()
        self.order: Tensor
        self.register_buffer("order", order)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to [B, K, H, W]."""
        return x.index_select(1, self.order)


def shuffle_order(shuffle: ChannelShuffle, channels: int) -> Tensor:
    """[channels], the input channel of each output channel of a shuffle."""
    return shuffle(torch.arange(channels)[None, :, None, None]).flatten()


def lean(net: MSTNet, spec: ModelSpec) -> tuple[MSTNet, ModelSpec]:
    """A rewritten copy of a network in evaluation mode, and its spec; networks without a ShuffleNet do not change."""
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
            order = shuffle_order(unit.shuffle, unit.conv1.out_channels)
            if memory := memories.get(f"{name}.temporal"):
                order = order[_fill_blocks(unit, memory)]
            unit.add_module("shuffle", Gathered(order))
    return net, dataclasses.replace(spec, memories=net.memories(spec.height, spec.width))


def _fill_blocks(unit: ShuffleUnit, memory: MemorySpec) -> Tensor:
    """Give the temporal layer and the depthwise convolution of a unit full blocks of channels, if it can be stacked.

    Returns:
        [K], the unit's channel of each channel of these: all, and the first ones again.
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
