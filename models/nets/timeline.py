"""Timelines: where a temporal layer finds the features of other steps, and where it leaves its own."""

from collections.abc import Mapping

import torch
from torch import Tensor

from models.nets.temporal import TemporalLayer, Timeline
from models.spec import divided

Past = dict[str, Tensor]
"""What each temporal layer remembers: [N, max lag, c, H, W] by layer name, oldest slice first. Absent means zeros."""


class Chunk(Timeline):
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


class Clips(Timeline):
    """Whole clips side by side, nothing before and nothing after them; strides in time make them shorter.

    Args:
        clips: N; features come as [N*T, C, H, W], the steps of a clip side by side.
    """

    def __init__(self, clips: int) -> None:
        self._clips = clips
        self.left: Past = {}
        """Nothing: a clip has no next chunk."""

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """The features at each lag, [N*T, c, H, W] each; beyond both ends of a clip they are zero."""
        here = x[:, layer.remembered].unflatten(0, (self._clips, -1))
        return [_moved(here, lag, 1).flatten(0, 1) for lag in layer.lags]

    def thinned(self, x: Tensor) -> Tensor:
        """The first step of each clip, the third, and so on."""
        return x.unflatten(0, (self._clips, -1))[:, ::2].flatten(0, 1)


class Slots(Timeline):
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


class Probe(Timeline):
    """Notes the shape of what each layer remembers, while the network runs on one picture."""

    def __init__(self) -> None:
        self.shapes: dict[str, tuple[int, ...]] = {}

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """Zeros; the shape is noted."""
        slice_now = x[:, layer.remembered]
        self.shapes[layer.name] = tuple(slice_now.shape)
        return [torch.zeros_like(slice_now) for _ in layer.lags]


def _moved(x: Tensor, lag: int, along: int) -> Tensor:
    """Features as they were `lag` steps ago along a dimension, zero where nothing was; a negative lag is the future."""
    steps = x.shape[along]
    gone = min(abs(lag), steps)
    nothing = torch.zeros_like(x.narrow(along, 0, gone))
    kept = x.narrow(along, 0 if lag > 0 else gone, steps - gone)
    return torch.cat([nothing, kept] if lag > 0 else [kept, nothing], along)
