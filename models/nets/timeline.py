"""Timelines: where a temporal layer finds the features of other steps, and where it leaves its own."""

from collections.abc import Mapping

import torch
from torch import Tensor

from models.nets.temporal import TemporalLayer
from models.spec import divided

Past = dict[str, Tensor]
"""What each temporal layer remembers: [N, max lag, c, H, W] by layer name, oldest slice first. Absent means zeros."""


class Chunk:
    """A clip, or a piece of a stream with its past: T steps at once. A clip is a chunk with an empty past.

    Args:
        steps: T; features come as [N*T, C, H, W], the steps of a stream side by side.
        past: what the chunk before left in `left`; None is the empty past.
        lag_divisor: how many times less far back causal layers look.
    """

    def __init__(self, steps: int, past: Past | None = None, lag_divisor: int = 1) -> None:
        self._steps, self._lag_divisor = steps, lag_divisor
        self._past = past or {}
        self.left: Past = {}
        """What each layer leaves behind for the next chunk."""

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """The features at each lag, [N*T, c, H, W] each; beyond both ends of what is known they are zero."""
        here = x[:, layer.remembered].unflatten(0, (-1, self._steps))
        lags = layer.lags if self._lag_divisor == 1 else divided(layer.lags, self._lag_divisor)
        back, ahead = max(0, *lags), max(0, *(-lag for lag in lags))
        past = self._past.get(layer.name)
        before = torch.zeros_like(here[:, :1]).expand(-1, back, -1, -1, -1) if past is None else past
        after = torch.zeros_like(here[:, :1]).expand(-1, ahead, -1, -1, -1)
        line = torch.cat([before, here, after], 1)
        self.left[layer.name] = line[:, self._steps : self._steps + back]
        return [line[:, back - lag : back - lag + self._steps].flatten(0, 1) for lag in lags]


class Slots:
    """One step whose past slices are given one by one; what an exported graph runs on.

    Args:
        given: each past slice [N, c, H, W], by layer name and lag.
    """

    def __init__(self, given: Mapping[tuple[str, int], Tensor]) -> None:
        self._given = given
        self.newest: dict[str, Tensor] = {}
        """The slice that each layer leaves behind, [N, c, H, W]."""

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """The given slices; the newest one is noted."""
        self.newest[layer.name] = x[:, layer.remembered]
        return [self._given[layer.name, lag] for lag in layer.lags]


class Probe:
    """Notes the shape of what each layer remembers, while the network runs on one picture."""

    def __init__(self) -> None:
        self.shapes: dict[str, tuple[int, ...]] = {}

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """Zeros; the shape is noted."""
        slice_now = x[:, layer.remembered]
        self.shapes[layer.name] = tuple(slice_now.shape)
        return [torch.zeros_like(slice_now) for _ in layer.lags]
