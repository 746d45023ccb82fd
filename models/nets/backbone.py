"""Backbone: the base class of 2-D networks with temporal layers in their blocks."""

from collections.abc import Callable
from typing import Literal

from torch import Tensor, nn

from models.nets.temporal import TemporalLayer, Timeline

Placement = Literal["inner", "head"]
"""Place of the temporal layer in a residual block: at the start of the branch, or before branch and shortcut."""

MakeTemporal = Callable[[int, int], TemporalLayer]
"""Makes a temporal layer for a number of channels and a pace, a factor of its dilations."""


class Backbone(nn.Module):
    """Pictures [N*T, 3, H, W] to features [N*T, width, h, w]. Keys are torchvision's where torchvision has the net."""

    width: int
    """Channels of the features."""
    classifier_prefix: str
    """Prefix of the classifier's keys in a checkpoint of the plain network."""

    def forward(self, pictures: Tensor, timeline: Timeline) -> Tensor:
        """Run each picture through the network; temporal layers read other steps from the timeline."""
        raise NotImplementedError


class TemporalBlock(nn.Module):
    """A block with a temporal layer."""

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
        """The residual branch."""
        raise NotImplementedError

    def shortcut(self, x: Tensor) -> Tensor:
        """The shortcut."""
        return x

    def join(self, branch: Tensor, shortcut: Tensor) -> Tensor:
        """Add branch and shortcut."""
        return branch + shortcut


def through(blocks: nn.Module, x: Tensor, timeline: Timeline) -> Tensor:
    """Run features through blocks; temporal blocks get the timeline."""
    for block in blocks.children():
        x = block(x, timeline) if isinstance(block, TemporalBlock) else block(x)
    return x
