"""Examples: recordings split into those that a smaller model is made with and those that it is judged on."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.quantization.agreement import SideBySide, side_by_side
from calibration.quantization.calibration_clips import CalibrationClip
from calibration.take import Take
from calibration.temperature import SETTLED, Evidence, fit_temperature
from common.arrays import Floats
from models.engines.base import Engine
from models.frame import Image
from models.spec import ModelSpec

HELD_OUT = 5
"""Every so many-th recording is kept to judge by."""
MOST_STEPS = 240
"""Steps that sensitivities are measured on: all layers take their turns over them."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Recordings for a model of one spec."""

    spec: ModelSpec
    calibration: tuple[CalibrationClip, ...]
    judging: tuple[CalibrationClip, ...]

    @classmethod
    def of(cls, footage: Sequence[CalibrationClip], spec: ModelSpec) -> "Examples":
        """Split recordings; too few to split serve as both."""
        warn_of_one_class(footage)
        judging = tuple(footage[HELD_OUT - 1 :: HELD_OUT])
        rest = tuple(one for k, one in enumerate(footage) if k % HELD_OUT != HELD_OUT - 1)
        return cls(spec, rest, judging or rest)

    @property
    def apart(self) -> bool:
        """Whether the model is judged on recordings that it was not made with."""
        return self.calibration != self.judging

    def streams(self) -> Iterator[Image]:
        """The pictures to calibrate with, one recording at a time."""
        for one in self.calibration:
            yield one.seen_by(self.spec)[0]

    def some_streams(self) -> list[Image]:
        """A few of them, spread over all, of `MOST_STEPS` together."""
        chosen: list[Image] = []
        count = len(self.calibration)
        order = sorted(range(count), key=lambda k: (k * 0.618034) % 1)  # golden ratio: any beginning is spread evenly
        for k in order:
            left = MOST_STEPS - sum(map(len, chosen))
            if left <= 0:
                break
            chosen.append(self.calibration[k].seen_by(self.spec)[0][:left])
        return chosen


@dataclass(frozen=True, slots=True, eq=False)
class ComparedRecording:
    """One recording, as both models saw it."""

    footage: CalibrationClip
    begins: int
    both: SideBySide

    def take(self, side: int, spec: ModelSpec) -> Take:
        """As temperature.py takes it: of the float model (0) or the smaller one (1)."""
        return self.footage.take(spec, self.both.logits[side], self.begins)

    def right(self, side: int, labels: tuple[str, ...]) -> bool:
        """Whether the likeliest label of its last part, where a gesture shows, is its own."""
        logits = self.both.logits[side]
        first = len(logits) - max(1, round(SETTLED * (len(logits) - self.begins)))
        return labels[int(logits[first:].mean(axis=0).argmax())] == self.footage.label


def show(footage: Sequence[CalibrationClip], one: Engine, other: Engine) -> list[ComparedRecording]:
    """Step both models through recordings."""
    shown: list[ComparedRecording] = []
    for each in footage:
        pictures, begins = each.seen_by(one.spec)
        shown.extend(ComparedRecording(each, begins, both) for both in side_by_side(one, other, [pictures]))
    return shown


def refitted_temperature(shown: Sequence[ComparedRecording], spec: ModelSpec) -> float:
    """The smaller model's temperature: the float model's, times what quantisation changed about the best one.

    Both are fitted on the same labelled recordings; where there are none, the float model's own stays.
    """
    takes = [[each.take(side, spec) for each in shown if each.footage.label is not None] for side in (0, 1)]
    before, after = (Evidence.of(side, spec.labels) if side else None for side in takes)
    if before is None or after is None:
        return spec.temperature
    return spec.temperature * fit_temperature(after) / fit_temperature(before)


def warn_of_one_class(footage: Sequence[CalibrationClip]) -> None:
    """Say so where all recordings show one thing: ranges of all others would be guessed."""
    labels = {one.label for one in footage}
    if len(labels) == 1 and None not in labels:
        print(
            f"quantize: all {len(footage)} recordings show {labels.pop()!r}; what other gestures need is not known. "
            "Give some of each.",
            file=sys.stderr,
        )


def step_ms(shown: Sequence[ComparedRecording]) -> NDArray[np.float64]:
    """Milliseconds of every step, float64 [T, 2]."""
    return 1000 * np.concatenate([each.both.step_s for each in shown])


def pairs(shown: Sequence[ComparedRecording]) -> list[tuple[Floats, Floats]]:
    """The logits of both, a pair a recording."""
    return [each.both.logits for each in shown]
