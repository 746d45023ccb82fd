"""Reliability: compares confidence with accuracy, in bins; expected calibration error (arXiv 1706.04599)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.temperature import LabelledSteps

BINS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """Steps in bins of equal width by confidence, the largest probability."""

    share: NDArray[np.float64]
    """float64 [BINS], summing to 1: the weight of the steps in each bin."""
    confidence: NDArray[np.float64]
    """float64 [BINS], mean confidence of each bin; NaN in an empty one."""
    accuracy: NDArray[np.float64]
    """float64 [BINS], share of correct steps in each bin; NaN in an empty one."""

    @classmethod
    def of(cls, labelled: LabelledSteps, temperature: float) -> "Reliability":
        """Compute the bins of labelled steps at a temperature."""
        probabilities = labelled.probabilities(temperature)
        confidences, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labelled.truth
        bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
        weighted = (labelled.weights * each for each in (np.ones(len(bins)), confidences, right))
        share, confident, correct = (np.bincount(bins, each, BINS).astype(np.float64) for each in weighted)
        with np.errstate(invalid="ignore"):
            return cls(share, confident / share, correct / share)

    @property
    def error(self) -> float:
        """The expected calibration error, 0..1."""
        filled = self.share > 0
        return float((self.share * np.abs(self.confidence - self.accuracy))[filled].sum())
