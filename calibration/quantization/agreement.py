"""Agreement: compares the output of an INT8 or FP16 form with that of the float model."""

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
class PairedStream:
    """The output of two engines on one stream, the float model first."""

    logits: tuple[Floats, Floats]
    """float32 [T, labels] each."""
    step_s: NDArray[np.float64]
    """float64 [T, 2], duration of each step in seconds."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Differences between the outputs of two models."""

    steps: int
    same: float
    """Share of steps with the same likeliest label."""
    largest: float
    """Largest absolute difference of a probability."""
    total_variation: float
    """Mean total variation distance, 0..1: half the sum of absolute differences."""

    @classmethod
    def of(cls, pairs: Sequence[tuple[Floats, Floats]], temperatures: tuple[float, float] = (1.0, 1.0)) -> "Agreement":
        """Compare pairs of logits [T, labels] over all streams."""
        one, other = (softmax(np.concatenate([pair[side] for pair in pairs]), temperatures[side]) for side in (0, 1))
        differences = np.abs(one - other)
        same = (one.argmax(axis=1) == other.argmax(axis=1)).mean()
        return cls(len(one), float(same), float(differences.max()), float(differences.sum(axis=1).mean() / 2))


def run_both(one: Engine, other: Engine, streams: Iterable[Image]) -> Iterator[PairedStream]:
    """Run two engines on streams, uint8 [T, H, W, 3] each.

    They alternate step by step, so that load of the machine affects both timings alike.
    """
    for pictures in streams:
        states = [one.start(), other.start()]
        logits, step_s = np.empty((2, len(pictures), len(one.spec.labels)), np.float32), np.empty((len(pictures), 2))
        for k, picture in enumerate(pictures):
            for side, engine in enumerate((one, other)):
                began = time.perf_counter()
                output, states[side] = engine.step(picture[None], states[side])
                step_s[k, side] = time.perf_counter() - began
                logits[side, k] = output.logits[0]
        yield PairedStream((logits[0], logits[1]), step_s)
