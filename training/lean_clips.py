"""What a clip network is rewritten to before it is exported: the same answers by cheaper operations.

A clip of T pictures runs as a single picture. Laid out as [1, C, T, H * W], 1x1 convolutions see what they always see,
and MixTConv with its stride in time is one depthwise convolution of T x 1. Reshaped to [1, C * T, H, W], which moves
nothing, the spatial depthwise convolution is one too, its kernel repeated for each step. So there is no Conv3d, no
tensor of more than four dimensions, and no step is computed that a stride would drop. docs/performance.md has the
figures.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.nets.mstnet import MSTNet
from models.nets.shufflenet import ShuffleNet, ShuffleUnit
from models.nets.temporal import MixTConv
from training.lean_shufflenet import GatheredShuffle


class LeanStem(nn.Module):
    """The stem over three pictures, and the first pool.

    Args:
        backbone: whose stem it takes.
        mean: RGB, of the normalisation; a picture that is not there is zero after it.
        std: the same; the kernels divide by it.
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
        """Pictures [T, 3, H, W], 0..255, to [1, C, T / 2, H / 4 * W / 4]."""
        steps = pixels.shape[0]
        padded = nn.functional.pad(pixels - self.mean, (0, 0, 0, 0, 0, 0, 1, 1))
        before, now, after = (
            nn.functional.conv2d(padded[k : k + steps], kernel, bias, 2, 1)
            for k, (kernel, bias) in enumerate(zip(self.kernels, (None, self.bias, None), strict=True))
        )
        pooled = nn.functional.max_pool2d(torch.relu(before + now + after), 3, 2, 1)
        return self.pool_time(pooled.transpose(0, 1).reshape(1, pooled.shape[1], steps, -1))


class LeanUnit(nn.Module):
    """A shuffle unit over a whole clip.

    Args:
        unit: what it does.
        steps: T of its input.
        height: of its input.
        width: of its input.
    """

    def __init__(self, unit: ShuffleUnit, steps: int, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width
        self.conv1 = fuse_conv_bn_eval(unit.conv1, unit.bn1)
        self.conv3 = fuse_conv_bn_eval(unit.conv3, unit.bn3)
        self.shuffle = GatheredShuffle(unit.shuffle, unit.conv1.out_channels)
        self.stride, self.channels = unit.stride, unit.conv2.out_channels
        left = steps // self.stride
        spatial = fuse_conv_bn_eval(unit.conv2, unit.bn2)
        assert spatial.bias is not None
        taps = _taps(unit.temporal)
        if steps == 1:  # it sees nothing before and nothing after
            spatial.weight = nn.Parameter(spatial.weight.detach() * taps[:, 1, None, None, None])
            self.kernel = None
        else:
            self.kernel = nn.Parameter(taps[:, None, :, None])
        self.space = nn.Parameter(spatial.weight.detach().repeat_interleave(left, 0))
        self.bias = nn.Parameter(spatial.bias.detach().repeat_interleave(left))

    def forward(self, x: Tensor) -> Tensor:
        """[1, C, T, H * W] to the next unit's."""
        y = self.shuffle(torch.relu(self.conv1(x)))
        if self.kernel is not None:
            y = nn.functional.conv2d(y, self.kernel, None, (self.stride, 1), (1, 0), groups=self.channels)
        left = y.shape[2]
        y = y.reshape(1, self.channels * left, self.height, self.width)
        y = nn.functional.conv2d(y, self.space, self.bias, self.stride, 1, groups=self.channels * left)
        y = self.conv3(y.reshape(1, self.channels, left, -1))
        if self.stride == 1:
            return torch.relu(y + x)
        pooled = nn.functional.avg_pool2d(x.reshape(1, -1, self.height, self.width), 3, 2, 1)
        pooled = nn.functional.avg_pool2d(pooled.reshape(1, x.shape[1], 2 * left, -1), (2, 1))
        return torch.relu(torch.cat([y, pooled], 1))


class LeanClips(nn.Module):
    """A clip network over one clip.

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
        # Cast before anything else: TensorRT takes uint8 nowhere but there.
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
