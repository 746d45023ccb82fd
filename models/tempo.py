"""Tempo: whether a person is believed to gesture at ease, or in haste."""

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from models.repeats import Repeats

if TYPE_CHECKING:
    from models.recognizer import Recognition

BELIEVED, WITHIN_S = 3, 4.0
"""A hasty look is believed from so many gestures on that it saw within so long. To it, parts of one calm gesture look
like gestures of their own, but hardly three of them at once; docs/model.md has what other numbers gave."""
SAME_S = 0.7
"""A gesture that is seen again sooner than so long afterwards is the same one."""


class Tempo:
    """Settles whose gestures count: the usual look's and its repeats, or a hasty one's while they come thick and fast.

    Args:
        labels: what the probabilities are of.
    """

    def __init__(self, labels: tuple[str, ...]) -> None:
        self._repeats = Repeats(labels)
        self.reset()

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._hasty_s: deque[float] = deque()
        self._told: tuple[str, float] | None = None
        self._told_by_hasty = False
        self._repeats.reset()

    def settle(self, usual: "Recognition", hasty: "Recognition | None") -> "Recognition":
        """What is recognised in a frame: the usual recognition, with the event that counts.

        Args:
            usual: what the usual look saw.
            hasty: what the hasty one did; None if it did not look.
        """
        time_s = usual.frame.time_s
        again = self._repeats.see(usual, hasty)
        quick = self._is_quick(hasty, time_s)
        event = hasty.event if hasty and quick else usual.event or again
        if event and self._told and self._told[0] == event.label and time_s - self._told[1] < SAME_S:
            event = None
        if event:
            self._told, self._told_by_hasty = (event.label, time_s), bool(hasty and quick)
        if not self._told_by_hasty:
            return replace(usual, event=event)
        return replace(usual, event=event, lasting=hasty.lasting if hasty else None)

    def _is_quick(self, hasty: "Recognition | None", time_s: float) -> bool:
        """Whether gestures come thick and fast."""
        if hasty and hasty.event:
            self._hasty_s.append(time_s)
        while self._hasty_s and time_s - self._hasty_s[0] > WITHIN_S:
            self._hasty_s.popleft()
        return len(self._hasty_s) >= BELIEVED
