"""ResNet-18 and ResNet-50 (arXiv 1512.03385) with torchvision's state-dict keys."""

from torch import Tensor, nn

from models.nets.backbone import Backbone, MakeTemporal, Placement, ResidualBlock, through
from models.nets.temporal import Timeline


class BasicBlock(ResidualBlock):
    """Two 3x3 convolutions with a shortcut."""

    expansion = 1

    def __init__(
        self, channels: int, planes: int, stride: int, make_temporal: MakeTemporal, placement: Placement
    ) -> None:
        super().__init__(channels, make_temporal, placement)
        self.conv1 = nn.Conv2d(channels, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU()
        self.downsample = projection(channels, planes, stride)

    def branch(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to [B, planes, H/stride, W/stride]."""
        return self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))

    def shortcut(self, x: Tensor) -> Tensor:
        """The input, projected where the branch changes its shape."""
        return x if self.downsample is None else self.downsample(x)

    def join(self, branch: Tensor, shortcut: Tensor) -> Tensor:
        """Add, then ReLU."""
        return self.relu(branch + shortcut)


class Bottleneck(BasicBlock):
    """1x1, 3x3 and 1x1 convolutions with a shortcut; the 3x3 has the stride, as in torchvision."""

    expansion = 4

    def __init__(
        self, channels: int, planes: int, stride: int, make_temporal: MakeTemporal, placement: Placement
    ) -> None:
        ResidualBlock.__init__(self, channels, make_temporal, placement)
        self.conv1 = nn.Conv2d(channels, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * self.expansion, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * self.expansion)
        self.relu = nn.ReLU()
        self.downsample = projection(channels, planes * self.expansion, stride)

    def branch(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to [B, 4 * planes, H/stride, W/stride]."""
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.relu(self.bn2(self.conv2(y)))
        return self.bn3(self.conv3(y))


class ResNet(Backbone):
    """A stem and four stages of residual blocks, at 64, 128, 256 and 512 planes times the width multiplier."""

    classifier_prefix = "fc."

    def __init__(
        self,
        block: type[BasicBlock],
        depths: tuple[int, int, int, int],
        make_temporal: MakeTemporal,
        placement: Placement,
        width: float = 1.0,
    ) -> None:
        super().__init__()
        planes = [max(8, round(p * width)) for p in (64, 128, 256, 512)]
        channels = planes[0]
        self.conv1 = nn.Conv2d(3, channels, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for stage, (depth, plane) in enumerate(zip(depths, planes, strict=True), 1):
            blocks = nn.Sequential()
            for k in range(depth):
                stride = 2 if k == 0 and stage > 1 else 1
                blocks.append(block(channels, plane, stride, make_temporal, placement))
                channels = plane * block.expansion
            self.add_module(f"layer{stage}", blocks)
        self.width = channels

    def forward(self, pictures: Tensor, timeline: Timeline) -> Tensor:
        """[N*T, 3, H, W] to [N*T, width, H/32, W/32]."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(pictures))))
        for stage in range(1, 5):
            x = through(self.get_submodule(f"layer{stage}"), x, timeline)
        return x


def resnet18(make_temporal: MakeTemporal, placement: Placement, width: float = 1.0) -> ResNet:
    """ResNet-18: 512 features."""
    return ResNet(BasicBlock, (2, 2, 2, 2), make_temporal, placement, width)


def resnet50(make_temporal: MakeTemporal, placement: Placement, width: float = 1.0) -> ResNet:
    """ResNet-50: 2048 features."""
    return ResNet(Bottleneck, (3, 4, 6, 3), make_temporal, placement, width)


def projection(channels: int, to: int, stride: int) -> nn.Sequential | None:
    """The shortcut's 1x1 convolution where channels or size change; None where they do not."""
    if stride == 1 and channels == to:
        return None
    return nn.Sequential(nn.Conv2d(channels, to, 1, stride, bias=False), nn.BatchNorm2d(to))
