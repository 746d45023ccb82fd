"""ShuffleNet v1 (arXiv 1707.01083) with a temporal layer before each spatial depthwise convolution.

Its 3-D form (arXiv 1904.02422) is trained on 16-frame clips with 3x3x3 depthwise convolutions and temporal strides. For
a stream the strides become paces: a stage that worked on every second, fourth or eighth frame of the clip now has an
output at every step, and its lags are multiples of the pace. For clips (`clips`) the strides stay and layers are
centred (`training/transplant.py`).
"""

import torch
from torch import Tensor, nn

from models.nets.backbone import Backbone, MakeTemporal, TemporalBlock, through
from models.nets.temporal import MaxPool, MeanPool, Stack, TemporalLayer, Timeline

STAGES = ((120, 4), (240, 8), (480, 4))
"""Channels and units of each stage at width 0.5 with 3 groups; the first unit of each halves the size."""


class ChannelShuffle(nn.Module):
    """Interleave the channels of `groups` groups."""

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """[B, C, H, W] to the same shape."""
        batch, channels, height, width = x.shape
        # Two transposes of a 4-D tensor: runtimes limited to four dimensions take it.
        grouped = x.reshape(batch, self.groups, channels // self.groups, height * width).transpose(1, 2)
        return grouped.reshape(batch, channels, height, width)


class Pair(nn.Module):
    """A temporal layer and the spatial depthwise convolution after it."""

    def __init__(self, channels: int, stride: int, temporal: TemporalLayer) -> None:
        super().__init__()
        self.temporal = temporal
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False)


class ShuffleUnit(TemporalBlock):
    """Grouped 1x1, shuffle, temporal taps, depthwise 3x3, grouped 1x1, with a shortcut.

    Args:
        channels: of the input.
        to: of the output.
        stride: 1 adds the input; 2 halves the size and concatenates the pooled input.
        pace: steps between the taps of its temporal layer.
        make_temporal: makes its temporal layer.
        groups: of the two 1x1 convolutions.
        thins: whether a stride in space is one in time as well, for whole clips.
        ranks: pairs of a temporal layer and a spatial convolution, whose results are added. One pair is MixTConv; three
            are any kernel of 3x3x3.
    """

    def __init__(
        self,
        channels: int,
        to: int,
        stride: int,
        pace: int,
        make_temporal: MakeTemporal,
        groups: int = 3,
        thins: bool = False,
        ranks: int = 1,
    ) -> None:
        super().__init__()
        middle = to // 4
        self.temporal = make_temporal(middle, pace)
        self.groups, self.stride = groups, stride
        self.shuffle = ChannelShuffle(groups)
        self.conv1 = nn.Conv2d(channels, middle, 1, groups=groups, bias=False)
        self.bn1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, middle, 3, stride, 1, groups=middle, bias=False)
        self.more = nn.ModuleList(Pair(middle, stride, make_temporal(middle, pace)) for _ in range(ranks - 1))
        self.bn2 = nn.BatchNorm2d(middle)
        added = to - channels if stride == 2 else to
        self.conv3 = nn.Conv2d(middle, added, 1, groups=groups, bias=False)
        self.bn3 = nn.BatchNorm2d(added)
        self.relu = nn.ReLU()
        self.pool = nn.AvgPool2d(3, 2, 1) if stride == 2 else None
        self.thins = thins and stride == 2
        # What a stride in time keeps is the mean of a step and the next one, in a stream of this step and one before.
        self.pool_time = MeanPool((-pace if self.thins else pace,)) if stride == 2 else None

    def forward(self, x: Tensor, timeline: Timeline) -> Tensor:
        """[B, channels, H, W] to [B, to, H/stride, W/stride]; B is halved by a stride in time."""
        squeezed = self.shuffle(self.relu(self.bn1(self.conv1(x))))
        filtered = self.conv2(self._kept(self.temporal(squeezed, timeline), timeline))
        for pair in self.more:
            assert isinstance(pair, Pair)
            filtered = filtered + pair.conv2(self._kept(pair.temporal(squeezed, timeline), timeline))
        branch = self.bn3(self.conv3(self.bn2(filtered)))
        if self.pool is None or self.pool_time is None:
            return self.relu(branch + x)
        # Pooling in space and averaging in time commute; in this order the memory is a quarter the size.
        pooled = self._kept(self.pool_time(self.pool(x), timeline), timeline)
        return self.relu(torch.cat([branch, pooled], 1))

    def _kept(self, x: Tensor, timeline: Timeline) -> Tensor:
        """The steps that are left after it."""
        return timeline.thinned(x) if self.thins else x


class ShuffleNet(Backbone):
    """A stem over three pictures, a pool over three steps, and three stages of shuffle units.

    Args:
        make_temporal: makes the units' temporal layers.
        paces: steps between taps: of stem and pool, then of each stage.
        clips: whether it takes whole clips: stem and pool look at the steps before and after, pool and stages stride.
        ranks: pairs of a temporal layer and a spatial convolution in a unit.
    """

    classifier_prefix = "classifier."

    def __init__(
        self,
        make_temporal: MakeTemporal,
        paces: tuple[int, int, int, int] = (2, 4, 8, 16),
        clips: bool = False,
        ranks: int = 1,
    ) -> None:
        super().__init__()
        first, *stage_paces = paces
        around = (-first, first) if clips else (first, 2 * first)
        channels = 12
        self.clips = clips
        self.stack = Stack(around)
        self.conv1 = nn.Conv2d(9, channels, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.maxpool_time = MaxPool(around)
        for stage, ((to, units), pace) in enumerate(zip(STAGES, stage_paces, strict=True), 1):
            blocks = nn.Sequential()
            for k in range(units):
                blocks.append(
                    ShuffleUnit(channels, to, 2 if k == 0 else 1, pace, make_temporal, thins=clips, ranks=ranks)
                )
                channels = to
            self.add_module(f"layer{stage}", blocks)
        self.width = channels

    def forward(self, pictures: Tensor, timeline: Timeline) -> Tensor:
        """[N*T, 3, H, W] to [N*T, width, H/32, W/32]; of whole clips, T/16 steps are left."""
        x = self.relu(self.bn1(self.conv1(self.stack(pictures, timeline))))
        x = self.maxpool_time(self.maxpool(x), timeline)
        if self.clips:
            x = timeline.thinned(x)
        for stage in range(1, 4):
            x = through(self.get_submodule(f"layer{stage}"), x, timeline)
        return x
