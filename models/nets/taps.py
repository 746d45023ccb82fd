"""The taps of depthwise temporal kernels: their lags and initial values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

StartRule = Literal["usual", "sums", "averages", "one_lag", "one_lag_noisy", "one_lag_and_now", "differences"]
NOISE = 0.1
"""Standard deviation of the small taps of `one_lag_noisy`."""


@dataclass(frozen=True, slots=True)
class Start:
    """Initial taps of a temporal kernel: most channels are identity, some read other frames.

    Raises:
        ValueError: `share` or `least` is out of range.
    """

    rule: StartRule = "usual"
    """Initial taps of the channels that read other frames.

    usual: the default of the layer's form, including its share (`USUAL`).
    sums: the first half of them the sum of one half of the other frames, the rest that of the other half. Centred these
        halves are the past and the future, as the paper's authors start; causal the nearer and the farther past.
    averages: the same, averaged.
    one_lag: one other frame each, the nearest first, and from the front again after the farthest.
    one_lag_noisy: that, and small random taps at all frames of all channels.
    one_lag_and_now: the mean of that frame and now.
    differences: now minus that frame.
    """
    share: float = 0.25
    """Share of a kernel's channels that read other frames; the number is rounded down."""
    least: int = 0
    """Minimum number of these channels per kernel; a kernel of 1 has none."""

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or self.least < 0:
            raise ValueError(
                f"a start's share is above 0, 1 at most, its least 0 or more: got {self.share}, {self.least}"
            )

    def __str__(self) -> str:
        return f"{self.rule}:{self.share:g}:{self.least}"

    def resolved(self, causal: bool) -> "Start":
        """This start, or for `usual` the default of a form."""
        return USUAL[causal] if self.rule == "usual" else self


AS_USUAL = Start()
USUAL = {False: Start("sums"), True: Start("differences", 0.5, least=1)}
"""Default start of a centred and of a causal kernel."""


def kernel_lags(kernel: int, dilation: int, causal: bool) -> list[int]:
    """The lag of each tap of a kernel, tap 0 first; 0 is now, negative lags are the future."""
    now = 0 if causal else (kernel - 1) // 2
    return [(tap - now) * dilation for tap in range(kernel)]


def initial_taps(channels: int, kernel: int, causal: bool, start: Start) -> Tensor:
    """The initial taps, [channels, kernel]."""
    start = start.resolved(causal)
    lags = kernel_lags(kernel, 1, causal)
    taps = torch.zeros(channels, kernel)
    taps[:, lags.index(0)] = 1
    if kernel == 1:
        return taps
    if start.rule in ("sums", "averages"):
        _look_at_halves(taps, lags, start)
    else:
        _look_at_one(taps, lags, start)
    return taps


def _look_at_halves(taps: Tensor, lags: Sequence[int], start: Start) -> None:
    """The first half of these channels read one half of the other frames, the second half the rest."""
    each = max(start.least, int(len(taps) * start.share / 2))
    others = sorted((lag for lag in lags if lag), key=lambda lag: (lag < 0, abs(lag)))
    middle = len(others) // 2
    for part, seen in enumerate((others[: max(1, middle)], others[middle:])):
        row = torch.zeros(len(lags))
        row[[lags.index(lag) for lag in seen]] = 1 if start.rule == "sums" else 1 / len(seen)
        taps[part * each : (part + 1) * each] = row


def _look_at_one(taps: Tensor, lags: Sequence[int], start: Start) -> None:
    """The first channels read one other frame each, the nearest first."""
    others = sorted((lag for lag in lags if lag), key=lambda lag: (abs(lag), lag < 0))
    now, at = {
        "one_lag": (0.0, 1.0),
        "one_lag_noisy": (0.0, 1.0),
        "one_lag_and_now": (0.5, 0.5),
        "differences": (1.0, -1.0),
    }[start.rule]
    for channel in range(min(len(taps), max(start.least, int(len(taps) * start.share)))):
        taps[channel, lags.index(0)] = now
        taps[channel, lags.index(others[channel % len(others)])] = at
    if start.rule == "one_lag_noisy":
        taps += NOISE * torch.randn_like(taps)
