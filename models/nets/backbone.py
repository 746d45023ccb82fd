"""What every backbone is: a 2-D network whose blocks begin with a temporal layer."""

from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn

from models.nets.temporal import TemporalLayer, Timeline

Placement = Literal["inner", "head"]
"""Where a residual block looks along time: at the start of its branch, or before branch and shortcut part."""

MakeTemporal = Callable[[int, int], TemporalLayer]
"""Makes a temporal layer for a number of channels and a pace (a factor on its dilations)."""


class Backbone(nn.Module):
    """Pictures [N*T, 3, H, W] to features [N*T, width, h, w]. Keys are torchvision's where torchvision has the net."""

    width: int
    """Channels of the features."""
    classifier_prefix: str
    """How the keys of the classifier begin in a checkpoint of the plain network."""

    def forward(self, pictures: Tensor, timeline: Timeline) -> Tensor:
        """Run each picture through the network, its temporal layers looking along the timeline."""
        raise NotImplementedError


class TemporalBlock(nn.Module):
    """A block that looks along the timeline somewhere inside."""

    def forward(self, x: Tensor, timeline: Timeline) -> Tensor:
        """Features [N*T, C, H, W] to features."""
        raise NotImplementedError


class ResidualBlock(TemporalBlock):
    """Adds a branch to a shortcut; its temporal layer comes before the branch, or before both.

    Args:
        channels: of the input.
        make_temporal: makes its temporal layer.
        placement: `inner` or `head`.
    """

    def __init__(self, channels: int, make_temporal: MakeTemporal, placement: Placement) -> None:
        super().__init__()
        if placement not in ("inner", "head"):
            raise ValueError(f"a temporal layer's placement is 'inner' or 'head'; got {placement!r}")
        self.temporal = make_temporal(channels, 1)
        self._before_both = placement == "head"

    def forward(self, x: Tensor, timeline: Timeline) -> Tensor:
        """Features [N*T, C, H, W] to features."""
        mixed = self.temporal(x, timeline)
        return self.join(self.branch(mixed), self.shortcut(mixed if self._before_both else x))

    def branch(self, x: Tensor) -> Tensor:
        """What the block computes."""
        raise NotImplementedError

    def shortcut(self, x: Tensor) -> Tensor:
        """What the block passes by."""
        return x

    def join(self, branch: Tensor, shortcut: Tensor) -> Tensor:
        """Add the two."""
        return branch + shortcut


def through(blocks: nn.Module, x: Tensor, timeline: Timeline) -> Tensor:
    """Run features through blocks; temporal blocks get the timeline."""
    for block in blocks.children():
        x = block(x, timeline) if isinstance(block, TemporalBlock) else block(x)
    return x
