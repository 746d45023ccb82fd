"""Temperature scaling (arXiv 1706.04599), fitted to a user's takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.take import Kind, Take
from common.arrays import Floats
from models.spec import NO_GESTURE_LABELS

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.25, 8.0
N_TRIALS = 200
GESTURE_SHARE = 0.5
"""Share of a take, from its end, in which the gesture certainly shows."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSteps:
    """Steps with a known class. The idle labels are one class, since they need not be separated."""

    logits: Floats
    """float32 [N, labels], not divided by a temperature."""
    classes: NDArray[np.intp]
    """int [labels], the class of each label; 0 for the idle labels."""
    truth: NDArray[np.intp]
    """int [N], the true class of each step."""
    weights: NDArray[np.float64]
    """float64 [N], summing to 1: each gesture, and work, has the same total."""

    @classmethod
    def of(cls, takes: Sequence[Take], labels: tuple[str, ...]) -> "LabelledSteps | None":
        """Collect them from takes of the model's gestures and of work; None if no take is of such a gesture."""
        classes = np.array([0 if label in NO_GESTURE_LABELS else k + 1 for k, label in enumerate(labels)])
        known = [(take, _truth(take, labels)) for take in takes]
        steps = [(_gesture_steps(take), truth) for take, truth in known if truth is not None]
        if not any(truth for _, truth in steps):
            return None
        logits = np.concatenate([part for part, _ in steps])
        truths = np.concatenate([np.full(len(part), truth) for part, truth in steps])
        counts = np.bincount(truths)
        return cls(logits, classes, truths, 1.0 / counts[truths] / np.count_nonzero(counts))

    def probabilities(self, temperature: float) -> NDArray[np.float64]:
        """The probability of each class at a temperature, float64 [N, classes]."""
        scaled = self.logits.astype(np.float64) / temperature
        raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        labels = raised / raised.sum(axis=1, keepdims=True)
        classes: NDArray[np.float64] = labels @ np.eye(self.classes.max() + 1)[self.classes]
        return classes

    def loss(self, temperature: float) -> float:
        """The weighted negative log likelihood of the true class, in nats per step."""
        likely = self.probabilities(temperature)[np.arange(len(self.truth)), self.truth]
        return float(-(self.weights * np.log(np.maximum(likely, 1e-12))).sum())


def fit_temperature(labelled: LabelledSteps) -> float:
    """The temperature with the least loss, between 0.25 and 8."""
    trials = np.geomspace(MIN_TEMPERATURE, MAX_TEMPERATURE, N_TRIALS)
    return float(trials[int(np.argmin([labelled.loss(each) for each in trials]))])


def _truth(take: Take, labels: tuple[str, ...]) -> int | None:
    """The true class of a take; None if the model has no such label."""
    if take.kind is Kind.WORK:
        return 0
    return labels.index(take.label) + 1 if take.kind is Kind.GESTURE and take.label in labels else None


def _gesture_steps(take: Take) -> Floats:
    """The logits of the steps that certainly show the class, float32 [N, labels]."""
    first = 0 if take.kind is Kind.WORK else len(take) - max(1, round(GESTURE_SHARE * (len(take) - take.begins)))
    return take.logits[first:]
