"""Timelines: provide the features of other steps for temporal layers, and keep their own."""

from collections.abc import Mapping

import torch
from torch import Tensor

from models.nets.temporal import TemporalLayer, Timeline
from models.spec import divided

Past = dict[str, Tensor]
"""The state of each temporal layer: [N, max lag, c, H, W] by name, oldest slice first. A missing entry is zeros."""


class Chunk(Timeline):
    """T steps of a stream, with its past. A clip is a chunk with an empty past.

    Args:
        steps: T; features are [N*T, C, H, W], with the steps of a stream contiguous.
        past: the `left` of the previous chunk; None for the empty past.
        lag_divisor: divisor of the lags of causal layers.
    """

    def __init__(self, steps: int, past: Past | None = None, lag_divisor: int = 1) -> None:
        self._steps, self._lag_divisor = steps, lag_divisor
        self._past = past or {}
        self.left: Past = {}
        """The state of each layer for the next chunk."""

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """The features at each lag, [N*T, c, H, W] each; zero outside the known steps."""
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
    """Independent clips, with zeros before and after them; temporal strides shorten them.

    Args:
        clips: N; features are [N*T, C, H, W], with the steps of a clip contiguous.
    """

    def __init__(self, clips: int) -> None:
        self._clips = clips
        self.left: Past = {}
        """Empty: a clip has no next chunk."""

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """The features at each lag, [N*T, c, H, W] each; zero outside the clip."""
        here = x[:, layer.remembered].unflatten(0, (self._clips, -1))
        return [_moved(here, lag, 1).flatten(0, 1) for lag in layer.lags]

    def thinned(self, x: Tensor) -> Tensor:
        """The first step of each clip, the third, and so on."""
        return x.unflatten(0, (self._clips, -1))[:, ::2].flatten(0, 1)


class Slots(Timeline):
    """One step whose past slices are separate tensors, as in an exported graph.

    Args:
        given: each past slice [N, c, H, W], by layer name and lag.
    """

    def __init__(self, given: Mapping[tuple[str, int], Tensor]) -> None:
        self._given = given
        self.newest: dict[str, Tensor] = {}
        """The newest slice of each layer, [N, c, H, W]."""

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """The given slices; keeps the newest one."""
        self.newest[layer.name] = x[:, layer.remembered]
        return [self._given[layer.name, lag] for lag in layer.lags]


class Probe(Timeline):
    """Records the shape of each layer's state while the network runs on one picture."""

    def __init__(self) -> None:
        self.shapes: dict[str, tuple[int, ...]] = {}

    def lagged(self, layer: TemporalLayer, x: Tensor) -> list[Tensor]:
        """Zeros; records the shape."""
        slice_now = x[:, layer.remembered]
        self.shapes[layer.name] = tuple(slice_now.shape)
        return [torch.zeros_like(slice_now) for _ in layer.lags]


def _moved(x: Tensor, lag: int, along: int) -> Tensor:
    """Features of `lag` steps ago along a dimension, zero-padded; a negative lag is the future."""
    steps = x.shape[along]
    gone = min(abs(lag), steps)
    nothing = torch.zeros_like(x.narrow(along, 0, gone))
    kept = x.narrow(along, 0 if lag > 0 else gone, steps - gone)
    return torch.cat([nothing, kept] if lag > 0 else [kept, nothing], along)
