"""Repeats: a gesture made several times in a row, which to a look with a long memory is one that lasts."""

from typing import TYPE_CHECKING

import numpy as np

from models.decoder import GestureEvent
from models.spec import NO_GESTURE_LABELS

if TYPE_CHECKING:
    from models.recognizer import Recognition

PARTED, AGAIN = 0.375, 0.5
"""A lasting gesture is parted when a hasty look gives it less than the one, made again when both give it the other."""
NOTHING, RESTED_S = 0.8, 0.6
"""Once a hasty look has been so sure for so long that nobody gestures, the gesture is over; what comes is another."""


class Repeats:
    """Sees in haste how often the gesture is made that the usual look takes for one.

    Args:
        labels: what the probabilities are of.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self._labels = labels
        self._idle = [k for k, label in enumerate(labels) if label in NO_GESTURE_LABELS]
        self.reset()

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._begin(None)

    def _begin(self, lasting: str | None) -> None:
        self._lasting = lasting
        self._parted_s: float | None = None
        self._idle_s: float | None = None
        self._over = False

    def see(self, usual: "Recognition", hasty: "Recognition | None") -> GestureEvent | None:
        """The gesture that lasts, when it is made again.

        Args:
            usual: what the usual look saw; its `lasting` is the gesture.
            hasty: what the hasty one did; None if it did not look.
        """
        if usual.event or usual.lasting != self._lasting:
            self._begin(usual.lasting)
        if self._lasting is None or hasty is None:
            return None
        label, time_s = self._labels.index(self._lasting), usual.frame.time_s
        self._rest(float(np.sum(hasty.smoothed[self._idle])), time_s)
        if hasty.smoothed[label] < PARTED:
            self._parted_s = time_s
        probability = float(min(usual.smoothed[label], hasty.smoothed[label]))
        if self._over or self._parted_s is None or probability < AGAIN:
            return None
        event = GestureEvent(self._lasting, probability, self._parted_s, time_s, again=True)
        self._begin(self._lasting)
        return event

    def _rest(self, nothing: float, time_s: float) -> None:
        """Note since when nobody gestures, and whether that is long enough."""
        if nothing < NOTHING:
            self._idle_s = None
        elif self._idle_s is None:
            self._idle_s = time_s
        elif time_s - self._idle_s >= RESTED_S:
            self._over = True
