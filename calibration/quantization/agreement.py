"""Agreement: what a smaller form of a model says beside the float model, on the same streams."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.arrays import Floats
from models.engines.base import Engine
from models.frame import Image
from models.softmax import softmax


@dataclass(frozen=True, slots=True, eq=False)
class SideBySide:
    """One stream through two engines in turns, the float model first."""

    logits: tuple[Floats, Floats]
    """float32 [T, labels] of each."""
    step_s: NDArray[np.float64]
    """float64 [T, 2], how long each step took, in seconds."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two models agree."""

    steps: int
    same: float
    """Share of the steps with the same likeliest label."""
    largest: float
    """The largest difference of a probability."""
    moved: float
    """Mean total variation: how much probability lies elsewhere, 0..1."""

    @classmethod
    def of(cls, pairs: Sequence[tuple[Floats, Floats]], temperatures: tuple[float, float] = (1.0, 1.0)) -> "Agreement":
        """The agreement over streams, of logits [T, labels] each."""
        one, other = (softmax(np.concatenate([pair[side] for pair in pairs]), temperatures[side]) for side in (0, 1))
        apart = np.abs(one - other)
        same = (one.argmax(axis=1) == other.argmax(axis=1)).mean()
        return cls(len(one), float(same), float(apart.max()), float(apart.sum(axis=1).mean() / 2))


def side_by_side(one: Engine, other: Engine, streams: Iterable[Image]) -> Iterator[SideBySide]:
    """Step two engines through streams, uint8 [T, H, W, 3] each, step by step in turns, so that load hits both."""
    for pictures in streams:
        states = [one.start(), other.start()]
        logits, step_s = np.empty((2, len(pictures), len(one.spec.labels)), np.float32), np.empty((len(pictures), 2))
        for k, picture in enumerate(pictures):
            for side, engine in enumerate((one, other)):
                began = time.perf_counter()
                output, states[side] = engine.step(picture[None], states[side])
                step_s[k, side] = time.perf_counter() - began
                logits[side, k] = output.logits[0]
        yield SideBySide((logits[0], logits[1]), step_s)
