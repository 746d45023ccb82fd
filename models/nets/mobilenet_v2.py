"""MobileNetV2 (arXiv 1801.04381) with torchvision's state-dict keys."""

from torch import Tensor, nn

from models.nets.backbone import Backbone, MakeTemporal, Placement, ResidualBlock, through
from models.nets.temporal import Timeline

STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, channels, blocks and first stride of each stage."""


class InvertedResidual(ResidualBlock):
    """Expand by 1x1, filter each channel by 3x3, project by 1x1, with a shortcut. Stride 1, equal channels."""

    def __init__(self, channels: int, expansion: int, make_temporal: MakeTemporal, placement: Placement) -> None:
        super().__init__(channels, make_temporal, placement)
        self.conv = inverted_bottleneck(channels, channels, 1, expansion)

    def branch(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to the same shape."""
        return self.conv(x)


class InvertedBottleneck(nn.Module):
    """The same without a shortcut, if stride or channels change; it has no temporal layer."""

    def __init__(self, channels: int, to: int, stride: int, expansion: int) -> None:
        super().__init__()
        self.conv = inverted_bottleneck(channels, to, stride, expansion)

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to [B, to, H/stride, W/stride]."""
        return self.conv(x)


class MobileNetV2(Backbone):
    """Seventeen inverted bottlenecks between two convolutions; the ten with a shortcut have a temporal layer."""

    classifier_prefix = "classifier."

    def __init__(self, make_temporal: MakeTemporal, placement: Placement, width: float = 1.0) -> None:
        super().__init__()
        channels = divisible(32 * width)
        self.features = nn.Sequential(conv_bn_relu(3, channels, 3, 2))
        for expansion, base, blocks, first_stride in STAGES:
            to = divisible(base * width)
            for stride in (first_stride, *[1] * (blocks - 1)):
                self.features.append(
                    InvertedResidual(channels, expansion, make_temporal, placement)
                    if stride == 1 and channels == to
                    else InvertedBottleneck(channels, to, stride, expansion)
                )
                channels = to
        self.width = divisible(1280 * max(1.0, width))
        self.features.append(conv_bn_relu(channels, self.width, 1, 1))

    def forward(self, pictures: Tensor, timeline: Timeline) -> Tensor:
        """[N*T, 3, H, W] to [N*T, width, H/32, W/32]."""
        return through(self.features, pictures, timeline)


def inverted_bottleneck(channels: int, to: int, stride: int, expansion: int) -> nn.Sequential:
    """The convolutions of one block, keyed as torchvision keys them."""
    hidden = channels * expansion
    expand = [conv_bn_relu(channels, hidden, 1, 1)] if expansion != 1 else []
    return nn.Sequential(
        *expand,
        conv_bn_relu(hidden, hidden, 3, stride, groups=hidden),
        nn.Conv2d(hidden, to, 1, bias=False),
        nn.BatchNorm2d(to),
    )


def conv_bn_relu(channels: int, to: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    """A convolution that keeps the size up to its stride, its batch norm, and ReLU6."""
    convolution = nn.Conv2d(channels, to, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(to), nn.ReLU6())


def divisible(channels: float, by: int = 8) -> int:
    """The nearest multiple of `by`, but not below 90 % of the channels asked for; torchvision's rule."""
    rounded = max(by, int(channels + by / 2) // by * by)
    return rounded if rounded >= 0.9 * channels else rounded + by
