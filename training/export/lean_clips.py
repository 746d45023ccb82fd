"""A clip network rewritten for export: the same outputs by cheaper operations.

A clip of T pictures is processed as one picture. In the layout [1, C, T, H * W] 1x1 convolutions are unchanged, and
MixTConv with its stride in time is one depthwise convolution with a kernel of T x 1. Reshaped to [1, C * T, H, W],
which copies nothing, the spatial depthwise convolution is a depthwise convolution as well, with its kernel repeated for
each step. There is no Conv3d, no tensor of more than four dimensions, and no step is computed that a stride would drop.
docs/performance.md has the figures.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.nets.mstnet import MSTNet
from models.nets.shufflenet import Pair, ShuffleNet, ShuffleUnit
from models.nets.temporal import MixTConv
from training.export.lean_shufflenet import Gathered, shuffle_order


class LeanStem(nn.Module):
    """The stem over three pictures, and the first pool.

    Args:
        backbone: the network whose stem is rewritten.
        mean: RGB, of the normalisation; missing pictures are zero after subtracting it.
        std: RGB, of the normalisation; included in the kernels.
    """

    def __init__(self, backbone: ShuffleNet, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        fused = fuse_conv_bn_eval(backbone.conv1, backbone.bn1)
        now, after, before = (kernel / std for kernel in fused.weight.detach().chunk(3, 1))
        self.kernels = nn.ParameterList([before, now, after])
        self.bias = fused.bias
        self.mean = nn.Parameter(mean)
        self.pool_time = nn.MaxPool2d((3, 1), (2, 1), (1, 0))

    def forward(self, pixels: Tensor) -> Tensor:
        """[T, 3, H, W], 0..255, to [1, C, T / 2, H / 4 * W / 4]."""
        steps = pixels.shape[0]
        padded = nn.functional.pad(pixels - self.mean, (0, 0, 0, 0, 0, 0, 1, 1))
        before, now, after = (
            nn.functional.conv2d(padded[k : k + steps], kernel, bias, 2, 1)
            for k, (kernel, bias) in enumerate(zip(self.kernels, (None, self.bias, None), strict=True))
        )
        pooled = nn.functional.max_pool2d(torch.relu(before + now + after), 3, 2, 1)
        return self.pool_time(pooled.transpose(0, 1).reshape(1, pooled.shape[1], steps, -1))


class LeanUnit(nn.Module):
    """A shuffle unit over a clip.

    Args:
        unit: the unit that is rewritten.
        steps: T of its input.
        height: of its input.
        width: of its input.
    """

    def __init__(self, unit: ShuffleUnit, steps: int, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width
        self.conv1 = fuse_conv_bn_eval(unit.conv1, unit.bn1)
        self.conv3 = fuse_conv_bn_eval(unit.conv3, unit.bn3)
        self.shuffle = Gathered(shuffle_order(unit.shuffle, unit.conv1.out_channels))
        self.stride, self.channels = unit.stride, unit.conv2.out_channels
        pairs = [
            (unit.temporal, unit.conv2),
            *((pair.temporal, pair.conv2) for pair in unit.more if isinstance(pair, Pair)),
        ]
        scale, shift = _affine(unit.bn2)
        taps = [_taps(temporal) for temporal, _ in pairs]
        space = [conv.weight.detach() * scale[:, None, None, None] for _, conv in pairs]
        if steps == 1:  # without other steps, all pairs together are one spatial convolution
            taps, space = (
                [],
                [sum((k * t[:, 1, None, None, None] for k, t in zip(space, taps, strict=True)), 0 * space[0])],
            )
        left = steps // self.stride
        self.taps = nn.ParameterList(each[:, None, :, None] for each in taps)
        self.space = nn.ParameterList(kernel.repeat_interleave(left, 0) for kernel in space)
        self.bias = nn.Parameter(shift.repeat_interleave(left))

    def forward(self, x: Tensor) -> Tensor:
        """[1, C, T, H * W] to the input of the next unit."""
        y = self.shuffle(torch.relu(self.conv1(x)))
        moved = [
            nn.functional.conv2d(y, taps, None, (self.stride, 1), (1, 0), groups=self.channels) for taps in self.taps
        ] or [y]
        left = moved[0].shape[2]
        filtered = self._in_space(moved[0], 0, self.bias)
        for k in range(1, len(moved)):
            filtered = filtered + self._in_space(moved[k], k, None)
        y = self.conv3(filtered.reshape(1, self.channels, left, -1))
        if self.stride == 1:
            return torch.relu(y + x)
        pooled = nn.functional.avg_pool2d(x.reshape(1, -1, self.height, self.width), 3, 2, 1)
        pooled = nn.functional.avg_pool2d(pooled.reshape(1, x.shape[1], 2 * left, -1), (2, 1))
        return torch.relu(torch.cat([y, pooled], 1))

    def _in_space(self, y: Tensor, pair: int, bias: Tensor | None) -> Tensor:
        """The spatial convolution of a pair, [1, C, T, H * W] to [1, C * T, h, w]."""
        kernels = self.space[pair]
        y = y.reshape(1, len(kernels), self.height, self.width)
        return nn.functional.conv2d(y, kernels, bias, self.stride, 1, groups=len(kernels))


class LeanClips(nn.Module):
    """A clip network for one clip.

    Args:
        net: in evaluation mode.
        steps: T of a clip, a multiple of 16.
        height: of its pictures.
        width: of its pictures.
    """

    def __init__(self, net: MSTNet, steps: int, height: int, width: int) -> None:
        super().__init__()
        backbone = net.backbone
        assert isinstance(backbone, ShuffleNet)
        self.stem = LeanStem(backbone, net.mean, net.std)
        self.units = nn.ModuleList(_units(backbone, steps // 2, -(-height // 4), -(-width // 4)))
        self.classifier = net.classifier

    def forward(self, clip: Tensor) -> tuple[Tensor, Tensor]:
        """Clip uint8 [T, H, W, 3] to logits [1, classes] and embedding [1, width]."""
        # The cast comes first: TensorRT accepts uint8 for no other operation.
        x = self.stem(clip.to(torch.float32).permute(0, 3, 1, 2))
        for unit in self.units:
            x = unit(x)
        embedding = x.mean((2, 3))
        return self.classifier(embedding), embedding


def _units(backbone: ShuffleNet, steps: int, height: int, width: int) -> Iterable[LeanUnit]:
    for unit in backbone.modules():
        if isinstance(unit, ShuffleUnit):
            yield LeanUnit(unit, steps, height, width)
            if unit.stride == 2:
                steps, height, width = steps // 2, -(-height // 2), -(-width // 2)


def _taps(layer: nn.Module) -> Tensor:
    """The taps [C, 3] of a centred layer of kernel 3: before, now, after."""
    assert isinstance(layer, MixTConv)
    return layer.taps[0].detach().flip(1)


def _affine(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Scale and shift of a batch norm in evaluation mode, [C] each."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    return scale, norm.bias.detach() - norm.running_mean * scale
