"""Examples: recordings, split into those for calibration and those for evaluation."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.quantization.agreement import PairedStream, run_both
from calibration.quantization.calibration_clips import CalibrationClip
from calibration.take import Take
from calibration.temperature import GESTURE_SHARE, LabelledSteps, fit_temperature
from common.arrays import Floats
from models.engines.base import Engine
from models.frame import Image
from models.spec import ModelSpec

EVALUATION_INTERVAL = 5
"""One recording in five is kept for evaluation."""
MAX_STEPS = 240
"""Steps on which sensitivities are measured, once per layer."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Recordings for one model."""

    spec: ModelSpec
    calibration: tuple[CalibrationClip, ...]
    evaluation: tuple[CalibrationClip, ...]

    @classmethod
    def of(cls, footage: Sequence[CalibrationClip], spec: ModelSpec) -> "Examples":
        """Split recordings; with fewer than five, all serve both purposes."""
        warn_if_one_label(footage)
        evaluation = tuple(footage[EVALUATION_INTERVAL - 1 :: EVALUATION_INTERVAL])
        rest = tuple(one for k, one in enumerate(footage) if k % EVALUATION_INTERVAL != EVALUATION_INTERVAL - 1)
        return cls(spec, rest, evaluation or rest)

    @property
    def separate(self) -> bool:
        """Whether evaluation uses other recordings than calibration."""
        return self.calibration != self.evaluation

    def streams(self) -> Iterator[Image]:
        """Yield the pictures for calibration, one recording at a time."""
        for one in self.calibration:
            yield one.pictures_for(self.spec)[0]

    def some_streams(self) -> list[Image]:
        """A selection spread over all of them, with `MAX_STEPS` steps in total."""
        chosen: list[Image] = []
        count = len(self.calibration)
        order = sorted(range(count), key=lambda k: (k * 0.618034) % 1)  # golden ratio: any beginning is spread evenly
        for k in order:
            left = MAX_STEPS - sum(map(len, chosen))
            if left <= 0:
                break
            chosen.append(self.calibration[k].pictures_for(self.spec)[0][:left])
        return chosen


@dataclass(frozen=True, slots=True, eq=False)
class ComparedRecording:
    """One recording with the output of both models."""

    footage: CalibrationClip
    begins: int
    both: PairedStream

    def take(self, side: int, spec: ModelSpec) -> Take:
        """The recording as a `Take`, with the output of the float model (side 0) or the smaller form (side 1)."""
        return self.footage.take(spec, self.both.logits[side], self.begins)

    def right(self, side: int, labels: tuple[str, ...]) -> bool:
        """Whether its label is the likeliest one in its last part."""
        logits = self.both.logits[side]
        first = len(logits) - max(1, round(GESTURE_SHARE * (len(logits) - self.begins)))
        return labels[int(logits[first:].mean(axis=0).argmax())] == self.footage.label


def run_clips(footage: Sequence[CalibrationClip], one: Engine, other: Engine) -> list[ComparedRecording]:
    """Run both models on recordings."""
    shown: list[ComparedRecording] = []
    for each in footage:
        pictures, begins = each.pictures_for(one.spec)
        shown.extend(ComparedRecording(each, begins, both) for both in run_both(one, other, [pictures]))
    return shown


def refitted_temperature(shown: Sequence[ComparedRecording], spec: ModelSpec) -> float:
    """The temperature of the smaller form: the float model's times the ratio of the two fitted ones.

    Both are fitted to the same labelled recordings; without any, the float model's temperature is returned.
    """
    takes = [[each.take(side, spec) for each in shown if each.footage.label is not None] for side in (0, 1)]
    before, after = (LabelledSteps.of(side, spec.labels) if side else None for side in takes)
    if before is None or after is None:
        return spec.temperature
    return spec.temperature * fit_temperature(after) / fit_temperature(before)


def warn_if_one_label(footage: Sequence[CalibrationClip]) -> None:
    """Warn if all recordings have one label: the ranges for other gestures would be unknown."""
    labels = {one.label for one in footage}
    if len(labels) == 1 and None not in labels:
        print(
            f"quantize: all {len(footage)} recordings show {labels.pop()!r}; the ranges for others are unknown. "
            "Give some recordings of each gesture.",
            file=sys.stderr,
        )


def step_ms(shown: Sequence[ComparedRecording]) -> NDArray[np.float64]:
    """The duration of every step in ms, float64 [T, 2]."""
    return 1000 * np.concatenate([each.both.step_s for each in shown])


def pairs(shown: Sequence[ComparedRecording]) -> list[tuple[Floats, Floats]]:
    """The logits of both models, one pair per recording."""
    return [each.both.logits for each in shown]
