"""A ShuffleNet's step rewritten for export: the same outputs by cheaper operations.

ONNX Runtime convolves pictures of three channels directly. Nine channels do not fill a block of its layout, and are
first copied for each position of the kernel (im2col). A channel shuffle is one gather operation instead of three.
docs/performance.md has the figures.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ChannelShuffle, ShuffleNet, ShuffleUnit
from models.nets.temporal import Stack, TemporalLayer


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


class GatheredShuffle(nn.Module):
    """A channel shuffle as one gather operation.

    Args:
        shuffle: the shuffle.
        channels: of its input.
    """

    def __init__(self, shuffle: ChannelShuffle, channels: int) -> None:
        super().__init__()
        self.order: Tensor
        self.register_buffer("order", shuffle(torch.arange(channels)[None, :, None, None]).flatten())

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to [B, C, H, W]."""
        return x.index_select(1, self.order)


def make_lean(net: MSTNet) -> None:
    """Rewrite a network in evaluation mode in place; networks without a ShuffleNet do not change."""
    backbone = net.backbone
    if not isinstance(backbone, ShuffleNet):
        return
    backbone.add_module("stack", SummedStem(backbone.stack, backbone.conv1, backbone.bn1))
    for done in ("conv1", "bn1"):
        backbone.add_module(done, nn.Identity())
    for unit in backbone.modules():
        if isinstance(unit, ShuffleUnit):
            unit.add_module("shuffle", GatheredShuffle(unit.shuffle, unit.conv1.out_channels))
