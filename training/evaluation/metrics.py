"""How good the answers to clips are. Arrays in, numbers out; for streams see `stream_metrics`."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.reliability import Reliability
from calibration.temperature import LabelledSteps
from common.arrays import Floats

Ints = NDArray[np.int64]


def top_k(scores: Floats, truth: Ints, k: int) -> float:
    """The share of clips whose true class is among the k of highest score; of equal scores the first class counts.

    Args:
        scores: [N, classes]; NaN comes of none.
        truth: int [N].
        k: how many classes may be named.
    """
    if not len(truth):
        return math.nan
    best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return float((best == truth[:, None]).any(axis=1).mean())


def confusion(answered: Ints, truth: Ints, classes: int) -> Ints:
    """How often each class (row) was answered as each class (column), int [classes, classes]."""
    counts = np.bincount(truth * classes + answered, minlength=classes * classes)
    return counts.reshape(classes, classes).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class PerClass:
    """What becomes of each class; NaN where there was nothing to count."""

    precision: NDArray[np.float64]
    """Of the clips answered with it, the share that was right."""
    recall: NDArray[np.float64]
    """Of its clips, the share that was answered right."""
    count: Ints
    """Its clips."""

    @classmethod
    def of(cls, confused: Ints) -> "PerClass":
        """Read off a confusion matrix."""
        right, count = np.diag(confused), confused.sum(axis=1)
        with np.errstate(invalid="ignore"):
            return cls(right / confused.sum(axis=0), right / count, count)

    @property
    def mean_recall(self) -> float:
        """Over the classes that have clips, each counted alike."""
        return float(self.recall[self.count > 0].mean()) if self.count.any() else math.nan


def clip_reliability(logits: Floats, truth: Ints, temperature: float = 1.0) -> Reliability:
    """How sure the answers to clips are against how right, every clip counted alike."""
    answers = np.arange(logits.shape[1])
    weights = np.full(len(truth), 1 / len(truth))
    return Reliability.of(LabelledSteps(logits, answers, truth.astype(np.intp), weights), temperature)
