"""Decoder: probabilities over time become gestures that happened, one event a gesture."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.smoothing import Smoothing
from models.spec import NO_GESTURE_LABELS, Decoding

Probabilities = NDArray[np.float32]
"""float32 [labels], 0..1, summing to 1."""


@dataclass(frozen=True, slots=True)
class GestureEvent:
    """A gesture that happened."""

    label: str
    score: float
    """The smoothed probability at which it fired, 0..1."""
    began_s: float
    """When its probability began to rise, in seconds of the stream."""
    fired_s: float
    """When it was certain enough to fire, in seconds of the stream."""
    again: bool = False
    """Whether the same gesture had fired before, and has lasted since."""


class Decoder:
    """Smooth the probabilities; fire when one gesture enters and holds; wait until it exits and a rest is over.

    "No gesture" and "Doing other things" never fire. Time is the stream's own: there is no clock in here.
    """

    def __init__(self, labels: tuple[str, ...], decoding: Decoding) -> None:
        self._labels = labels
        self._smoothing = Smoothing(decoding.smooth_s)
        self._rules = tuple(decoding.rule_for(label) for label in labels)
        self._exits = np.array([rule.exit for rule in self._rules], dtype=np.float32)
        self._may_fire = np.array([label not in NO_GESTURE_LABELS for label in labels])
        self.reset()

    def reset(self) -> None:
        """Forget everything, as if new."""
        self._smoothing.reset()
        self._smoothed: Probabilities = np.zeros(len(self._labels), np.float32)
        self._time_s = -math.inf
        self._fired_s = -math.inf
        self._rest_s = 0.0
        self._above_exit_s = np.full(len(self._labels), np.nan)
        self._above_enter_s = np.full(len(self._labels), np.nan)
        self._armed = self._may_fire.copy()
        self._last: int | None = None

    @property
    def lasting(self) -> str | None:
        """The gesture that fired last, until its probability falls below its exit or another one fires."""
        if self._last is None or self._armed[self._last]:
            return None
        return self._labels[self._last]

    @property
    def smoothed(self) -> Probabilities:
        """The smoothed probabilities, float32 [labels]; zeros before the first step."""
        return self._smoothed

    def update(self, probabilities: Probabilities, time_s: float) -> GestureEvent | None:
        """Take one step's answer and say whether a gesture fired.

        Args:
            probabilities: float32 [labels], 0..1.
            time_s: the step's time; not before the step before it.

        Raises:
            ValueError: time runs backwards, or the number of probabilities is not the number of labels.
        """
        if probabilities.shape != (len(self._labels),):
            raise ValueError(f"expected {len(self._labels)} probabilities, one a label; got {probabilities.shape}")
        if time_s < self._time_s:
            raise ValueError(f"time runs backwards: {time_s} s after {self._time_s} s; reset the decoder first")
        self._smoothed, self._time_s = self._smoothing.update(probabilities, time_s), time_s
        self._note_crossings(time_s)
        if time_s - self._fired_s < self._rest_s:
            return None
        return self._fire(time_s)

    def _note_crossings(self, time_s: float) -> None:
        """Remember since when each label has been above its two thresholds; below exit, it may fire again."""
        above_exit = self.smoothed >= self._exits
        above_enter = self.smoothed >= [rule.enter for rule in self._rules]
        for since, above in ((self._above_exit_s, above_exit), (self._above_enter_s, above_enter)):
            since[above & np.isnan(since)] = time_s
            since[~above] = np.nan
        self._armed |= ~above_exit & self._may_fire

    def _fire(self, time_s: float) -> GestureEvent | None:
        """Fire the likeliest armed gesture that has held long enough, if there is one."""
        ready = [
            k
            for k in np.flatnonzero(self._armed & ~np.isnan(self._above_enter_s))
            if time_s - self._above_enter_s[k] >= self._rules[k].hold_s
        ]
        if not ready:
            return None
        best = int(max(ready, key=lambda k: self.smoothed[k]))
        self._armed[best], self._last = False, best
        self._fired_s, self._rest_s = time_s, self._rules[best].rest_s
        score = float(self.smoothed[best])
        return GestureEvent(self._labels[best], score, float(self._above_exit_s[best]), time_s)
