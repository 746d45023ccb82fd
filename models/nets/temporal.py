"""Temporal layers: combine the features of a frame with those of other frames.

Every layer is a function `combine(now, lagged)` of its features now and of the same features some steps ago. Whether
"some steps ago" is in the same clip, in the previous chunk, or in a ring buffer depends on the `Timeline`
(`timeline.py`), so that clip, chunk and stream run the same code.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from models.nets.taps import AS_USUAL, Start, initial_taps, kernel_lags

Operation = Literal["none", "shift", "mixtconv", "conv1d"]
SHARES_TOLERANCE = 1e-6
"""Largest difference of the sum of shares from 1, as of three times 0.3333333."""


class TemporalLayer(nn.Module):
    """A layer that reads other frames. Subclasses define `lags`, `remembered` (the channels read) and `combine`."""

    lags: tuple[int, ...] = ()
    """The lag of each other frame, in steps, ascending; negative lags are in the future."""
    remembered: slice = slice(None)
    """The channels of its input that it reads in other frames."""
    name: str = ""
    """Its name in the network and of its state; set by the network."""

    def forward(self, x: Tensor, timeline: "Timeline") -> Tensor:
        """Features [N*T, C, H, W] to features, with those of other steps from the timeline."""
        if not self.lags:
            return self.combine(x, ())
        return self.combine(x, timeline.lagged(self, x))

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Join the features now, [B, C, H, W], with the remembered channels at each of `lags`, [B, c, H, W]."""
        raise NotImplementedError


class Timeline(Protocol):
    """Provides the features of other steps for a temporal layer."""

    def lagged(self, layer: TemporalLayer, x: Tensor) -> Sequence[Tensor]:
        """The layer's remembered channels of `x` at each of its lags, in that order."""
        ...

    def thinned(self, x: Tensor) -> Tensor:
        """Every second step of each clip, for a temporal stride; a stream keeps all steps."""
        return x


class NoTime(TemporalLayer):
    """Reads no other frame; makes a TSN (arXiv 1608.00859)."""

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:  # noqa: ARG002
        """Return the features as they are."""
        return now


class Shift(TemporalLayer):
    """TSM's shift (arXiv 1811.08383): 1/8 of the channels come from the frame before, 1/8 from the one after.

    The causal form shifts 1/8 of the channels, from the frame before, as TSM's online model does.
    """

    def __init__(self, channels: int, causal: bool) -> None:
        super().__init__()
        self.fold = channels // 8
        self.lags = (1,) if causal else (-1, 1)  # TSM's order: the future's channels come first
        self.remembered = slice(0, self.fold * len(self.lags))

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Replace the first channels by those of the neighbouring frames."""
        folds = [frame[:, k * self.fold : (k + 1) * self.fold] for k, frame in enumerate(lagged)]
        return torch.cat([*folds, now[:, self.fold * len(folds) :]], 1)


class MixTConv(TemporalLayer):
    """Depthwise temporal convolution with a different kernel size for each group of channels (arXiv 2001.06769).

    The first channels have the first kernel, and so on, unless `assign` says which channel has which. Tap j of a causal
    kernel of size k and dilation d has lag j * d, j = 0..k-1; of a centred one, (j - (k-1)/2) * d.

    Args:
        channels: C of the input; at least one per kernel.
        kernels: kernel sizes, ascending; a centred layer takes odd ones only.
        dilations: one per kernel.
        causal: whether it reads past frames only.
        start: the initial taps.
        shares: of the channels, one per kernel; None for equal groups, as in the paper.

    Raises:
        ValueError: arguments contradict each other; the message names them.
    """

    def __init__(
        self,
        channels: int,
        kernels: Sequence[int],
        dilations: Sequence[int],
        causal: bool,
        start: Start = AS_USUAL,
        shares: Sequence[float] = (),
    ) -> None:
        super().__init__()
        _check_kernels(channels, kernels, dilations, causal)
        sizes = group_sizes(channels, kernels, shares)
        self.group_lags = [kernel_lags(k, d, causal) for k, d in zip(kernels, dilations, strict=True)]
        self.taps = nn.ParameterList(
            nn.Parameter(initial_taps(size, k, causal, start)) for size, k in zip(sizes, kernels, strict=True)
        )
        self.kernel_of: Tensor
        # Equal or given shares follow from the config, so this is no part of the weights before `assign`.
        groups = [torch.full((size,), k) for k, size in enumerate(sizes)]
        self.register_buffer("kernel_of", torch.cat(groups), persistent=False)
        self.sorted = True
        """Whether the channels of each kernel are contiguous, in the order of the kernels."""
        self._look()

    def assign(self, kernel_of: Tensor) -> None:
        """Assign a kernel to each channel. The assignment becomes part of the weights; all taps become identity.

        Args:
            kernel_of: [C], the number of each channel's kernel; some kernels may have none.

        Raises:
            ValueError: the layer has other channels or fewer kernels.
        """
        if kernel_of.shape != self.kernel_of.shape or not 0 <= kernel_of.min() <= kernel_of.max() < len(self.taps):
            raise ValueError(f"{len(self.kernel_of)} channels need a kernel each, 0 to {len(self.taps) - 1}")
        for k, lags in enumerate(self.group_lags):
            identity = torch.tensor([float(lag == 0) for lag in lags], device=self.kernel_of.device)
            self.taps[k] = nn.Parameter(identity.repeat(int((kernel_of == k).sum()), 1))
        self.register_buffer("kernel_of", kernel_of.clone())
        self.sorted = bool((kernel_of.diff() >= 0).all())
        self._look()

    def _look(self) -> None:
        """Update the lags of the channels."""
        looking = [lags for lags, taps in zip(self.group_lags, self.taps, strict=True) if len(taps)]
        self.lags = tuple(sorted({lag for lags in looking for lag in lags} - {0}))
        self.first = sum(len(taps) for taps in self.taps if taps.shape[1] == 1) if self.sorted else 0
        self.remembered = slice(self.first, None)

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        """Load the assignment of kernels before the taps."""
        kernel_of = state_dict.get(f"{prefix}kernel_of")
        if kernel_of is not None and not torch.equal(kernel_of, self.kernel_of.cpu()):
            self.assign(kernel_of.to(self.kernel_of.device))
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def channels_of(self, k: int) -> Tensor:
        """The channels of kernel number k, ascending, as `taps[k]` has them."""
        return (self.kernel_of == k).nonzero().flatten()

    def taps_by_lag(self) -> Tensor:
        """The taps of all channels, [C, 1 + len(lags)]: now, then each of `lags`; 0 if a channel has none."""
        columns = (0, *self.lags)
        rows = [
            torch.stack(
                [taps[:, lags.index(lag)] if lag in lags else torch.zeros_like(taps[:, 0]) for lag in columns], 1
            )
            for taps, lags in zip(self.taps, self.group_lags, strict=True)
        ]
        taps = torch.cat(rows)
        return taps if self.sorted else taps[self.kernel_of.argsort(stable=True).argsort()]

    def of_kernel(self, k: int) -> "MixTConv":
        """The channels of kernel number k as a separate layer with the same taps."""
        lags, taps = self.group_lags[k], self.taps[k]
        dilation = lags[1] - lags[0] if len(lags) > 1 else 1
        part = MixTConv(len(taps), (len(lags),), (dilation,), causal=min(lags) == 0)
        part.taps[0] = taps
        return part

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Sum each channel's taps times that channel at each lag."""
        taps = self.taps_by_lag()[:, :, None, None]
        if not lagged:
            return now * taps[:, 0]
        mixed = now[:, self.remembered] * taps[self.remembered, 0]
        for k, frame in enumerate(lagged, 1):
            mixed = mixed + frame * taps[self.remembered, k]
        if self.first == 0:
            return mixed
        return torch.cat([now[:, : self.first] * taps[: self.first, 0], mixed], 1)


class Conv1d(TemporalLayer):
    """The ordinary temporal convolution: each output channel reads all channels of all its frames.

    Args:
        channels: C of input and output.
        kernel: number of frames.
        causal: whether it reads past frames only.
    """

    def __init__(self, channels: int, kernel: int, causal: bool) -> None:
        super().__init__()
        _check_kernels(channels, (kernel,), (1,), causal)
        reach = kernel_lags(kernel, 1, causal)
        self.lags = tuple(lag for lag in sorted(reach) if lag)
        self.weight = nn.Parameter(torch.zeros(kernel, channels, channels))
        with torch.no_grad():
            self.weight.normal_(std=0.1 / (channels * kernel) ** 0.5)
            self.weight[0] += torch.eye(channels)

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Sum a 1x1 convolution of each frame; `weight[0]` is now's, then each of `lags`."""
        frames = torch.cat([now, *lagged], 1)
        kernel = torch.cat(list(self.weight), 1)[:, :, None, None]  # [C, kernel * C, 1, 1]
        return nn.functional.conv2d(frames, kernel)


class Stack(TemporalLayer):
    """Concatenates the pictures of several steps as channels, now first, for a stem that reads motion."""

    def __init__(self, lags: Sequence[int]) -> None:
        super().__init__()
        self.lags = tuple(lags)

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Concatenate along the channels."""
        return torch.cat([now, *lagged], 1)


class MaxPool(TemporalLayer):
    """The largest value over now and some steps back, channel by channel."""

    def __init__(self, lags: Sequence[int]) -> None:
        super().__init__()
        self.lags = tuple(lags)

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Fold `maximum` over the frames."""
        for frame in lagged:
            now = torch.maximum(now, frame)
        return now


class MeanPool(TemporalLayer):
    """The mean over now and some steps back, channel by channel."""

    def __init__(self, lags: Sequence[int]) -> None:
        super().__init__()
        self.lags = tuple(lags)

    def combine(self, now: Tensor, lagged: Sequence[Tensor]) -> Tensor:
        """Average the frames."""
        for frame in lagged:
            now = now + frame
        return now / (1 + len(self.lags))


@dataclass(frozen=True, slots=True)
class TemporalConfig:
    """The temporal layer in a network's blocks."""

    operation: Operation = "mixtconv"
    kernels: tuple[int, ...] = (1, 3, 5, 7)
    """Kernel sizes of MixTConv's groups, ascending; conv1d takes a single one."""
    dilations: tuple[int, ...] = (1,)
    """One per kernel, or one for all."""
    causal: bool = True
    start: Start = AS_USUAL
    """Of MixTConv's taps."""
    shares: tuple[float, ...] = ()
    """Shares of MixTConv's channels, one per kernel; empty for equal groups, as in the paper."""

    def build(self, channels: int, pace: int = 1) -> TemporalLayer:
        """Make the layer for a block of `channels` channels.

        Args:
            channels: C of the features it works on.
            pace: factor of the dilations, for blocks on a slower time scale.
        """
        dilations = self.dilations * len(self.kernels) if len(self.dilations) == 1 else self.dilations
        if self.operation == "none":
            return NoTime()
        if self.operation == "shift":
            return Shift(channels, self.causal)
        if self.operation == "conv1d":
            (kernel,) = self.kernels
            return Conv1d(channels, kernel, self.causal)
        if self.operation == "mixtconv":
            slower = [pace * d for d in dilations]
            return MixTConv(channels, self.kernels, slower, self.causal, self.start, self.shares)
        raise ValueError(f"no temporal operation {self.operation!r}; there are none, shift, mixtconv, conv1d")


def group_sizes(channels: int, kernels: Sequence[int], shares: Sequence[float]) -> list[int]:
    """The number of channels of each kernel; without shares as equal as possible, the first ones larger.

    A share is rounded down, and the channels that are left go to the largest remainders: a share of one channel or more
    always gets one.

    Raises:
        ValueError: there is not one share per kernel, they do not add up to 1, or a kernel gets no channel.
    """
    if not shares:
        return [len(part) for part in torch.arange(channels).tensor_split(len(kernels))]
    if len(shares) != len(kernels) or min(shares) < 0 or abs(sum(shares) - 1) > SHARES_TOLERANCE:
        total = f"{sum(shares):g}"
        raise ValueError(f"shares are one per kernel and add up to 1: got {shares}, {total} in all, for {kernels}")
    quotas = [channels * share / sum(shares) for share in shares]
    sizes = [math.floor(quota + SHARES_TOLERANCE) for quota in quotas]
    by_remainder = sorted(range(len(sizes)), key=lambda k: sizes[k] - quotas[k])
    for k in by_remainder[: channels - sum(sizes)]:
        sizes[k] += 1
    if 0 in sizes:
        k = sizes.index(0)
        raise ValueError(
            f"a share of {shares[k]:g} of {channels} channels leaves kernel {kernels[k]} without a channel"
        )
    return sizes


def _check_kernels(channels: int, kernels: Sequence[int], dilations: Sequence[int], causal: bool) -> None:
    if len(dilations) != len(kernels):
        raise ValueError(f"one dilation per kernel, or one for all: got {dilations} for the kernels {kernels}")
    if not kernels or list(kernels) != sorted(kernels) or min(kernels) < 1 or min(dilations) < 1:
        raise ValueError(f"kernels ascend from 1, dilations are at least 1: got {kernels} and {dilations}")
    if not causal and any(k % 2 == 0 for k in kernels):
        raise ValueError(f"a centred kernel has a middle, so its size is odd: got {kernels}")
    if channels < len(kernels):
        raise ValueError(f"{len(kernels)} kernel groups need as many channels at least: got {channels}")
