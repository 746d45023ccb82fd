"""The result of an evaluation and its metrics."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from calibration.reliability import Reliability
from common.arrays import Floats
from training.evaluation.metrics import Ints, PerClass, confusion, top_k
from training.evaluation.stream_metrics import (
    StreamOutput,
    accuracy_at_share,
    delays_s,
    exactly_once,
    false_activations,
    levenshtein_accuracy,
)

SHARES = (0.25, 0.5, 0.75, 1.0)
"""Shares of a gesture after which the accuracy is measured."""

Values = dict[str, float]
"""Metrics by name; NaN where undefined."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Outputs and true classes, of clips or of gestures at their ends."""

    labels: tuple[str, ...]
    logits: Floats
    """float32 [N, labels]."""
    truth: Ints
    """int64 [N]."""
    reliability: Reliability | None
    """None if the truth of no step is known."""
    stream: Values | None = None
    """Metrics of streams only."""

    @property
    def confused(self) -> Ints:
        return confusion(self.logits.argmax(axis=1), self.truth, len(self.labels))

    @property
    def values(self) -> Values:
        return {
            "count": len(self.truth),
            "top1": top_k(self.logits, self.truth, 1),
            "top5": top_k(self.logits, self.truth, 5),
            "mean_class_recall": PerClass.of(self.confused).mean_recall,
            "ece": self.reliability.error if self.reliability else math.nan,
            **(self.stream or {}),
        }


def stream_values(streams: Sequence[StreamOutput], labels: Sequence[str]) -> Values:
    """The metrics of streams."""
    delays = delays_s(streams)
    named = [delay for delay in delays if delay is not None]
    wrong, minutes = false_activations(streams)
    return {
        "gestures": len(delays),
        "named": len(named),
        "events": sum(len(stream.found) for stream in streams),
        "exactly_once": sum(exactly_once(stream.found, stream.truths) for stream in streams),
        "recall": len(named) / len(delays) if delays else math.nan,
        "levenshtein_accuracy": levenshtein_accuracy(streams),
        "delay_s_p50": float(np.percentile(named, 50)) if named else math.nan,
        "delay_s_p90": float(np.percentile(named, 90)) if named else math.nan,
        "false_activations": wrong,
        "minutes_without_gesture": minutes,
        "false_activations_per_minute": wrong / minutes if minutes else math.nan,
        **{f"accuracy_seen_{100 * share:.0f}": accuracy_at_share(streams, labels, share) for share in SHARES},
    }
