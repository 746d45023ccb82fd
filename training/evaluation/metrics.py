"""Metrics of clip classification, as functions of arrays; for streams see `stream_metrics`."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.reliability import Reliability
from calibration.temperature import LabelledSteps
from common.arrays import Floats

Ints = NDArray[np.int64]


def top_k(scores: Floats, truth: Ints, k: int) -> float:
    """The share of clips whose true class is among the k with the highest scores; ties go to the first class.

    Args:
        scores: [N, classes]; the result is NaN for N = 0.
        truth: int [N].
        k: number of classes.
    """
    if not len(truth):
        return math.nan
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float((best == truth[:, None]).any(axis=1).mean())


def confusion(predicted: Ints, truth: Ints, classes: int) -> Ints:
    """The confusion matrix, int [classes, classes], true classes as rows, predictions as columns."""
    counts = np.bincount(truth * classes + predicted, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class PerClass:
    """Metrics of each class; NaN where undefined."""

    precision: NDArray[np.float64]
    """[classes], share of the predictions of a class that are correct."""
    recall: NDArray[np.float64]
    """[classes], share of the clips of a class that are predicted correctly."""
    count: Ints
    """[classes], number of clips."""

    @classmethod
    def of(cls, confused: Ints) -> "PerClass":
        """The metrics of a confusion matrix."""
        right, count = np.diag(confused), confused.sum(axis=1)
        with np.errstate(invalid="ignore"):
            return cls(right / confused.sum(axis=0), right / count, count)

    @property
    def mean_recall(self) -> float:
        """Mean over the classes that have clips."""
        return float(self.recall[self.count > 0].mean()) if self.count.any() else math.nan


def clip_reliability(logits: Floats, truth: Ints, temperature: float = 1.0) -> Reliability:
    """Confidence against accuracy of predictions for clips, with equal weights."""
    classes = np.arange(logits.shape[1])
    weights = np.full(len(truth), 1 / len(truth))
    return Reliability.of(LabelledSteps(logits, classes, truth.astype(np.intp), weights), temperature)
