"""Temperature: how much to trust a model's confidence, from what a person showed it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.take import Kind, Take
from common.arrays import Floats
from models.spec import NO_GESTURE_LABELS

LOWEST, HIGHEST = 0.25, 8.0
TRIALS = 200
SETTLED = 0.5
"""A take shows its gesture surely in the last part of it, this much of the whole."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Steps whose truth is known. The labels that mean no gesture are one answer: which it is matters to nobody."""

    logits: Floats
    """float32 [N, labels], before any temperature."""
    answers: NDArray[np.intp]
    """int [labels], the answer that each label stands for; answer 0 is no gesture."""
    truth: NDArray[np.intp]
    """int [N], the right answer at each step."""
    weights: NDArray[np.float64]
    """float64 [N], summing to 1: every gesture, and work, counts alike."""

    @classmethod
    def of(cls, takes: Sequence[Take], labels: tuple[str, ...]) -> "Evidence | None":
        """What the takes of a model's own gestures and of work say; None where there is no take of a gesture."""
        answers = np.array([0 if label in NO_GESTURE_LABELS else k + 1 for k, label in enumerate(labels)])
        known = [(take, _truth(take, labels)) for take in takes]
        steps = [(_settled(take), truth) for take, truth in known if truth is not None]
        if not any(truth for _, truth in steps):
            return None
        logits = np.concatenate([part for part, _ in steps])
        truths = np.concatenate([np.full(len(part), truth) for part, truth in steps])
        counts = np.bincount(truths)
        return cls(logits, answers, truths, 1.0 / counts[truths] / np.count_nonzero(counts))

    def probabilities(self, temperature: float) -> NDArray[np.float64]:
        """The probability of each answer at a temperature: float64 [N, answers]."""
        scaled = self.logits.astype(np.float64) / temperature
        raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        labels = raised / raised.sum(axis=1, keepdims=True)
        answers: NDArray[np.float64] = labels @ np.eye(self.answers.max() + 1)[self.answers]
        return answers

    def loss(self, temperature: float) -> float:
        """The negative log likelihood of what is right, in nats a step."""
        likely = self.probabilities(temperature)[np.arange(len(self.truth)), self.truth]
        return float(-(self.weights * np.log(np.maximum(likely, 1e-12))).sum())


def fit_temperature(evidence: Evidence) -> float:
    """The temperature of least loss, within reason."""
    trials = np.geomspace(LOWEST, HIGHEST, TRIALS)
    return float(trials[int(np.argmin([evidence.loss(each) for each in trials]))])


def _truth(take: Take, labels: tuple[str, ...]) -> int | None:
    """The right answer to a take; None where the model has no such label."""
    if take.kind is Kind.WORK:
        return 0
    return labels.index(take.label) + 1 if take.kind is Kind.GESTURE and take.label in labels else None


def _settled(take: Take) -> Floats:
    """The steps of a take at which its truth shows."""
    first = 0 if take.kind is Kind.WORK else len(take) - max(1, round(SETTLED * (len(take) - take.begins)))
    return take.logits[first:]
