"""Thresholds: when a gesture may fire, for so many false events in so long a time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.arrays import Floats

LOWEST, HIGHEST = 0.3, 0.99
"""Enter thresholds worth having."""
RELEASE = 0.5
"""Exit is this share of enter."""
BLOCK_S = 1.0
"""Work is looked at in blocks of this length: neighbouring steps are one peak, not many."""
TAIL = 0.1
"""The share of blocks that a tail is drawn from."""

HALVINGS = 30
"""Of the range in which the rate of each gesture is looked for."""
MARGIN = 0.25
"""How far from what is safe towards what weak takes reach; the next take may be weaker than those."""


@dataclass(frozen=True, slots=True)
class Target:
    """How many false events are tolerable, for all gestures together."""

    activations: float = 1.0
    minutes: float = 10.0

    def __str__(self) -> str:
        return f"at most {self.activations:g} in {self.minutes:g} minutes"

    @property
    def rate(self) -> float:
        """Tolerable false events a minute."""
        return self.activations / self.minutes


@dataclass(frozen=True, slots=True)
class Threshold:
    """What was chosen for one gesture, and what it is expected to do."""

    label: str
    enter: float
    exit: float
    takes: int
    found: int
    """How many of the takes it fires on."""
    false_in_ten_minutes: float
    """Expected false events in ten minutes of work; NaN where no work was recorded."""


@dataclass(frozen=True, slots=True)
class Tail:
    """How high work rises how often: an exponential tail over the log odds of the highest block peaks."""

    above: float
    """Log odds where the tail begins."""
    scale: float
    blocks: int
    """How many blocks lie in the tail."""
    minutes: float
    """How long was looked."""

    @classmethod
    def of(cls, peaks: Sequence[float], minutes: float) -> "Tail":
        """Draw a tail through the peaks of all blocks, probabilities 0..1."""
        odds = np.sort(log_odds(np.array(peaks)))[::-1]
        count = max(1, round(TAIL * len(odds)))
        above = float(odds[min(count, len(odds) - 1)])
        # A block too many is assumed: no minute shows the worst that can come.
        scale = float((np.maximum(odds[:count] - above, 0.0).sum() + 1.0) / count)
        return cls(above, scale, count, minutes)

    def rate(self, enter: float) -> float:
        """Expected blocks a minute that rise to a threshold."""
        return self.blocks / self.minutes * math.exp(-max(0.0, _odds(enter) - self.above) / self.scale)

    def reached(self, rate: float) -> float:
        """The threshold that is risen to at this rate a minute."""
        higher = self.scale * math.log(max(1.0, self.blocks / self.minutes / rate))
        return 1 / (1 + math.exp(-(self.above + higher)))


@dataclass(frozen=True, slots=True)
class Heights:
    """How high one gesture's probability rises in what was recorded: levels held as long as a gesture must to fire."""

    label: str
    takes: Sequence[float]
    """In each take of it."""
    tail: Tail | None
    """In work; None where none was recorded."""
    wrong: Sequence[float]
    """In each moment that it must not fire in."""
    usual: float
    """What it enters at without any of this."""


def held(smoothed: Floats, steps: int) -> Floats:
    """The level that a probability [T] was at or above for so many steps, at each of them: float32 [T]."""
    padded = np.concatenate([np.zeros(steps - 1, np.float32), smoothed])
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, steps).min(axis=1), np.float32)


def block_peaks(levels: Floats, rate_hz: float) -> list[float]:
    """The highest level of each block of a stream [T]."""
    length = max(1, round(BLOCK_S * rate_hz))
    return [float(levels[k : k + length].max()) for k in range(0, len(levels), length)]


def choose_all(gestures: Sequence[Heights], target: Target) -> list[Threshold]:
    """Choose when each gesture fires, so that all together hold a target where they can.

    All may fire falsely at the same rate, the highest that holds the target: gestures that work never stirs leave their
    share to the others. Where some are too frequent at any threshold, the others hold the target without them.
    """
    low, high = target.rate / max(1, len(gestures)), target.rate
    can_be_held = together([choose(each, low) for each in gestures]) <= 10 * target.rate
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        chosen = [choose(each, middle) for each in gestures]
        counted = chosen if can_be_held else [each for each in chosen if each.enter < HIGHEST]
        if together(counted) <= 10 * target.rate:
            low = middle
        else:
            high = middle
    return [choose(each, low) for each in gestures]


def together(chosen: Sequence[Threshold]) -> float:
    """False events that all gestures make in ten minutes; those of which nothing is known count as none."""
    return math.fsum(each.false_in_ten_minutes for each in chosen if not math.isnan(each.false_in_ten_minutes))


def choose(gesture: Heights, rate: float) -> Threshold:
    """Choose when one gesture fires, for so many false events a minute."""
    tail, takes = gesture.tail, gesture.takes
    # Without work nothing is known of what must not fire, so nothing gets easier to fire.
    safe = max([tail.reached(rate) if tail else gesture.usual, *(level + 0.02 for level in gesture.wrong)])
    enter = _rounded(_between(safe, takes) if takes else max(safe, gesture.usual))
    if takes and max(takes) < enter:  # its own takes do not reach it: it gets no easier to fire, either
        enter = max(enter, _rounded(gesture.usual))
    expected = 10 * tail.rate(enter) if tail else math.nan
    found = sum(level >= enter for level in takes)
    return Threshold(gesture.label, enter, round(RELEASE * enter, 3), len(takes), found, expected)


def _rounded(enter: float) -> float:
    """A threshold worth having, in thousandths, never lower than it was."""
    return float(np.clip(math.ceil(1000 * enter - 1e-6) / 1000, LOWEST, HIGHEST))


def _between(safe: float, takes: Sequence[float]) -> float:
    """Some way from what is safe to what weak takes reach; never below what is safe."""
    low, high = _odds(safe), _odds(float(np.quantile(takes, 0.1)))
    return 1 / (1 + math.exp(-(low + MARGIN * max(0.0, high - low))))


def log_odds(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """log(p / (1 - p)), of probabilities that are neither quite 0 nor quite 1."""
    inner = np.clip(probabilities, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inner / (1 - inner)))


def _odds(probability: float) -> float:
    return float(log_odds(np.array(probability)))
