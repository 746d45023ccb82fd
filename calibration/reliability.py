"""Reliability: is what a model is 80 % sure of right 80 % of the time? Expected calibration error and its bins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.temperature import Evidence

BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Answers sorted by how sure the model was, in bins of equal width from 0 to 1."""

    share: NDArray[np.float64]
    """float64 [BINS], summing to 1: the weight of the answers in each bin."""
    confidence: NDArray[np.float64]
    """float64 [BINS], the mean confidence in each; NaN in an empty one."""
    accuracy: NDArray[np.float64]
    """float64 [BINS], the share that was right in each; NaN in an empty one."""

    @classmethod
    def of(cls, evidence: Evidence, temperature: float) -> "Reliability":
        """What steps of known truth say at a temperature."""
        answers = evidence.probabilities(temperature)
        sure, right = answers.max(axis=1), answers.argmax(axis=1) == evidence.truth
        bins = np.minimum((sure * BINS).astype(int), BINS - 1)
        weighted = (evidence.weights * each for each in (np.ones(len(bins)), sure, right))
        share, confident, correct = (np.bincount(bins, each, BINS).astype(np.float64) for each in weighted)
        with np.errstate(invalid="ignore"):
            return cls(share, confident / share, correct / share)

    @property
    def error(self) -> float:
        """The expected calibration error, 0..1."""
        filled = self.share > 0
        return float((self.share * np.abs(self.confidence - self.accuracy))[filled].sum())
