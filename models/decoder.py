"""Decoder: turns probabilities over time into events, one per gesture."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.smoothing import Smoothing
from models.spec import Decoding
from models.vocabulary import Vocabulary

Probabilities = NDArray[np.float32]
"""float32 [labels], 0..1, summing to 1."""


@dataclass(frozen=True, slots=True)
class GestureEvent:
    """A gesture that fired."""

    label: str
    """The likeliest label of the group that fired."""
    score: float
    """The smoothed probability at which it fired, 0..1: the sum over the labels of its group."""
    began_s: float
    """When its probability began to rise, in seconds of the stream."""
    fired_s: float
    """When it fired, in seconds of the stream."""
    again: bool = False
    """Whether the same gesture had fired before, and has lasted since."""
    group: str = ""
    """The name of the group that fired; empty without a vocabulary."""

    @property
    def name(self) -> str:
        """The group that fired, or the label without a vocabulary."""
        return self.group or self.label


class Decoder:
    """Smooths probabilities, fires a gesture that enters and holds, then waits until it exits and the rest is over.

    A gesture is a group of labels: its probability is the sum of theirs, its rule the strictest of theirs. A group with
    "No gesture" or "Doing other things" never fires. Times are those of the stream; no clock is read.

    Args:
        labels: one per probability.
        decoding: smoothing and rules.
        vocabulary: the groups; None for one group per label, and events without a group.

    Raises:
        VocabularyError: it has other labels.
    """

    def __init__(self, labels: tuple[str, ...], decoding: Decoding, vocabulary: Vocabulary | None = None) -> None:
        self._labels, self._grouped = labels, vocabulary is not None
        vocabulary = vocabulary or Vocabulary.each(labels)
        groups, self._places = vocabulary.groups, vocabulary.places(labels)
        self._names = tuple(group.name for group in groups)
        self._members = np.concatenate([*self._places, np.zeros(0, np.intp)])
        self._starts = np.cumsum([0, *(len(group.labels) for group in groups)])[:-1]
        self._smoothing = Smoothing(decoding.smooth_s)
        self._rules = tuple(group.rule(decoding) for group in groups)
        self._enters = np.array([rule.enter for rule in self._rules], dtype=np.float64)
        self._exits = np.array([rule.exit for rule in self._rules], dtype=np.float32)
        self._may_fire = np.array([not group.is_idle for group in groups], dtype=bool)
        self.reset()

    def reset(self) -> None:
        """Forget everything, as if new."""
        self._smoothing.reset()
        self._smoothed: Probabilities = np.zeros(len(self._labels), np.float32)
        self._time_s = -math.inf
        self._fired_s = -math.inf
        self._rest_s = 0.0
        self._sums = np.zeros(len(self._names), np.float32)
        self._above_exit_s = np.full(len(self._names), np.nan)
        self._above_enter_s = np.full(len(self._names), np.nan)
        self._armed = self._may_fire.copy()
        self._last: int | None = None

    @property
    def lasting(self) -> str | None:
        """The name of the gesture that fired last, until it exits or another fires."""
        if self._last is None or self._armed[self._last]:
            return None
        return self._names[self._last]

    @property
    def smoothed(self) -> Probabilities:
        """The smoothed probabilities, float32 [labels]; zeros before the first step."""
        return self._smoothed

    def probability_of(self, name: str) -> float:
        """The smoothed probability of a gesture, 0..1: the sum of its labels'."""
        return float(self._sums[self._names.index(name)])

    def enter(self, name: str) -> float:
        """The probability from which a gesture may fire, 0..1."""
        return self._rules[self._names.index(name)].enter

    def rest_s(self, name: str) -> float:
        """How long nothing fires after a gesture, in seconds."""
        return self._rules[self._names.index(name)].rest_s

    def event(self, name: str, score: float, began_s: float, fired_s: float, again: bool = False) -> GestureEvent:
        """The event that a gesture fired now, under the label of its group that is the likeliest now."""
        places = self._places[self._names.index(name)]
        label = self._labels[places[np.argmax(self.smoothed[places])]]
        return GestureEvent(label, score, began_s, fired_s, again, name if self._grouped else "")

    def update(self, probabilities: Probabilities, time_s: float) -> GestureEvent | None:
        """Take the probabilities of one step; return the event if a gesture fires.

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
        # The average is linear: that of a sum is the sum of the averages.
        self._sums = np.add.reduceat(self._smoothed[self._members], self._starts)
        self._note_crossings(time_s)
        if time_s - self._fired_s < self._rest_s:
            return None
        return self._fire(time_s)

    def _note_crossings(self, time_s: float) -> None:
        """Remember since when each gesture has been above its two thresholds; below exit, it may fire again."""
        above_exit = self._sums >= self._exits
        above_enter = self._sums >= self._enters
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
        best = int(max(ready, key=lambda k: self._sums[k]))
        self._armed[best], self._last = False, best
        self._fired_s, self._rest_s = time_s, self._rules[best].rest_s
        return self.event(self._names[best], float(self._sums[best]), float(self._above_exit_s[best]), time_s)
