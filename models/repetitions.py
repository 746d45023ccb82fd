"""Repetitions: counts a gesture made several times in a row, which the main pass reads as one long gesture."""

import numpy as np

from models.decoder import Decoder, GestureEvent
from models.spec import idle_labels

REARM, REPEAT, ENTER_SHARE = 0.375, 0.5, 5 / 6
"""A lasting gesture re-arms when the fast pass gives it less than REARM. It repeats when both passes give it REPEAT
and this share of its enter threshold."""
IDLE, IDLE_S = 0.8, 0.6
"""A gesture has ended after the fast pass has had this probability of no gesture for this time."""


class Repetitions:
    """Counts with the fast pass how often a gesture is made that the main pass reads as one.

    Args:
        labels: what the probabilities are of.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self._idle = idle_labels(labels)
        self.reset()

    def reset(self) -> None:
        self._begin(None)

    def _begin(self, lasting: str | None) -> None:
        self._lasting = lasting
        self._rearmed_s: float | None = None
        self._idle_s: float | None = None
        self._over = False

    def see(self, fired: bool, main: Decoder, fast: Decoder | None, time_s: float) -> GestureEvent | None:
        """The event of a repetition, if the lasting gesture is made again at this time.

        Args:
            fired: whether the main pass fired at this time.
            main: the decision of the main pass.
            fast: the decision of the fast pass; None if it did not run.
            time_s: now, in seconds of the stream.
        """
        if fired or main.lasting != self._lasting:
            self._begin(main.lasting)
        if self._lasting is None or fast is None:
            return None
        self._rest(float(np.sum(fast.smoothed[self._idle])), time_s)
        to_fast = fast.probability_of(self._lasting)
        if to_fast < REARM:
            self._rearmed_s = time_s
        probability = min(main.probability_of(self._lasting), to_fast)
        if self._over or self._rearmed_s is None or probability < max(REPEAT, ENTER_SHARE * main.enter(self._lasting)):
            return None
        event = main.event(self._lasting, probability, self._rearmed_s, time_s, again=True)
        self._begin(self._lasting)
        return event

    def _rest(self, idle: float, time_s: float) -> None:
        """Note since when no gesture is made, and whether that is long enough."""
        if idle < IDLE:
            self._idle_s = None
        elif self._idle_s is None:
            self._idle_s = time_s
        elif time_s - self._idle_s >= IDLE_S:
            self._over = True
