"""Chooses thresholds for an accepted rate of false events."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.arrays import Floats

MIN_ENTER, MAX_ENTER = 0.3, 0.99
"""Range of enter thresholds."""
EXIT_SHARE = 0.5
"""Exit threshold as a share of the enter threshold."""
BLOCK_S = 1.0
"""Length of a block of work. Only the peak of each block counts, since neighbouring steps are correlated."""
TAIL_SHARE = 0.1
"""Share of the blocks to which the tail is fitted."""
WRONG_MARGIN = 0.02
"""Distance of a threshold from the levels of moments in which the gesture must not fire."""
N_BISECTIONS = 30
"""Bisections in the search for the rate of false events per gesture."""
MARGIN_SHARE = 0.25
"""Position of the threshold between the safe level and the weakest takes; later takes may be weaker."""


@dataclass(frozen=True, slots=True)
class Target:
    """The accepted number of false events in a time, over all gestures."""

    activations: float = 1.0
    minutes: float = 10.0

    def __str__(self) -> str:
        return f"at most {self.activations:g} in {self.minutes:g} minutes"

    @property
    def rate(self) -> float:
        """Accepted false events per minute."""
        return self.activations / self.minutes


@dataclass(frozen=True, slots=True)
class Threshold:
    """The thresholds chosen for one gesture, and the events expected with them."""

    label: str
    enter: float
    exit: float
    takes: int
    found: int
    """Number of its takes that reach `enter`."""
    false_in_ten_minutes: float
    """Expected false events in ten minutes of work; NaN if no work was recorded."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The rate at which work exceeds a level: an exponential tail, fitted to log odds of the highest block peaks."""

    above: float
    """Log odds at which the tail begins."""
    scale: float
    """Scale of the exponential, in log odds."""
    blocks: int
    """Number of blocks in the tail."""
    minutes: float
    """Duration of the work."""

    @classmethod
    def of(cls, peaks: Sequence[float], minutes: float) -> "Tail":
        """Fit a tail to the peaks of all blocks, probabilities 0..1."""
        odds = np.sort(log_odds(np.array(peaks)))[::-1]
        count = max(1, round(TAIL_SHARE * len(odds)))
        above = float(odds[min(count, len(odds) - 1)])
        # One more block is assumed: a short recording does not contain the worst case.
        scale = float((np.maximum(odds[:count] - above, 0.0).sum() + 1.0) / count)
        return cls(above, scale, count, minutes)

    def rate(self, enter: float) -> float:
        """Expected blocks per minute that reach a threshold."""
        return self.blocks / self.minutes * math.exp(-max(0.0, _odds(enter) - self.above) / self.scale)

    def reached(self, rate: float) -> float:
        """The threshold that is reached at a rate per minute: the inverse of `rate`."""
        higher = self.scale * math.log(max(1.0, self.blocks / self.minutes / rate))
        return 1 / (1 + math.exp(-(self.above + higher)))


@dataclass(frozen=True, slots=True)
class GesturePeaks:
    """The highest levels of one gesture in the takes. A level is a probability sustained for the hold time."""

    label: str
    takes: Sequence[float]
    """In each of its takes."""
    tail: Tail | None
    """In work; None if none was recorded."""
    wrong: Sequence[float]
    """In moments in which it must not fire."""
    usual: float
    """The model's enter threshold."""


def sustained(smoothed: Floats, steps: int) -> Floats:
    """The running minimum of a probability [T] over the last `steps` steps, float32 [T]."""
    padded = np.concatenate([np.zeros(steps - 1, np.float32), smoothed])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, steps).min(axis=1), np.float32)


def block_peaks(levels: Floats, rate_hz: float) -> list[float]:
    """The highest level of each block of a stream [T]."""
    length = max(1, round(BLOCK_S * rate_hz))
    return [float(levels[k : k + length].max()) for k in range(0, len(levels), length)]


def choose_thresholds(gestures: Sequence[GesturePeaks], target: Target) -> list[Threshold]:
    """Choose thresholds with which all gestures together hold the target, if that is possible.

    Every gesture gets the same rate of false events, the highest that holds the target: gestures that work never
    reaches leave their share to the others. If some exceed the target at any threshold, it is applied to the others.
    """
    low, high = target.rate / max(1, len(gestures)), target.rate
    reachable = total_false_events([choose_threshold(each, low) for each in gestures]) <= 10 * target.rate
    for _ in range(N_BISECTIONS):
        middle = math.sqrt(low * high)
        chosen = [choose_threshold(each, middle) for each in gestures]
        counted = chosen if reachable else [each for each in chosen if each.enter < MAX_ENTER]
        if total_false_events(counted) <= 10 * target.rate:
            low = middle
        else:
            high = middle
    return [choose_threshold(each, low) for each in gestures]


def total_false_events(chosen: Sequence[Threshold]) -> float:
    """Expected false events of all gestures in ten minutes; NaN counts as 0."""
    return math.fsum(each.false_in_ten_minutes for each in chosen if not math.isnan(each.false_in_ten_minutes))


def choose_threshold(gesture: GesturePeaks, rate: float) -> Threshold:
    """Choose the thresholds of one gesture for a rate of false events per minute."""
    tail, takes = gesture.tail, gesture.takes
    # Without work, false events cannot be estimated, so the threshold is not lowered.
    safe = max([tail.reached(rate) if tail else gesture.usual, *(level + WRONG_MARGIN for level in gesture.wrong)])
    enter = _rounded(_between(safe, takes) if takes else max(safe, gesture.usual))
    if takes and max(takes) < enter:  # no take reaches it, so a lower threshold would add false events only
        enter = max(enter, _rounded(gesture.usual))
    expected = 10 * tail.rate(enter) if tail else math.nan
    found = sum(level >= enter for level in takes)
    return Threshold(gesture.label, enter, round(EXIT_SHARE * enter, 3), len(takes), found, expected)


def _rounded(enter: float) -> float:
    """A threshold rounded up to thousandths, within the allowed range."""
    return float(np.clip(math.ceil(1000 * enter - 1e-6) / 1000, MIN_ENTER, MAX_ENTER))


def _between(safe: float, takes: Sequence[float]) -> float:
    """A level between the safe one and the 10 % quantile of the takes, never below the safe one."""
    low, high = _odds(safe), _odds(float(np.quantile(takes, 0.1)))
    return 1 / (1 + math.exp(-(low + MARGIN_SHARE * max(0.0, high - low))))


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """log(p / (1 - p)), with p clipped to 1e-4..1 - 1e-4."""
    inner = np.clip(probabilities, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inner / (1 - inner)))


def _odds(probability: float) -> float:
    return float(log_odds(np.array(probability)))
