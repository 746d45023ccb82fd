"""Tempo: whether a person is believed to gesture at ease, or in haste."""

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.recognizer import Recognition

BELIEVED, WITHIN_S = 3, 4.0
"""A hasty look is believed from so many gestures on that it saw within so long. To it, parts of one calm gesture look
like gestures of their own, but hardly three of them at once; docs/model.md has what other numbers gave."""
SAME_S = 0.5
"""A gesture that both looks see, one so long after the other, is one."""


class Tempo:
    """Settles whose gestures count: the usual look's, or those of a hasty one while they come thick and fast."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._hasty_s: deque[float] = deque()
        self._told: tuple[str, float] | None = None
        self._told_by_hasty = False

    def settle(self, usual: "Recognition", hasty: "Recognition | None") -> "Recognition":
        """What is recognised in a frame: the usual recognition, with the event that counts.

        Args:
            usual: what the usual look saw.
            hasty: what the hasty one did; None if it did not look.
        """
        time_s = usual.frame.time_s
        if hasty and hasty.event:
            self._hasty_s.append(time_s)
        while self._hasty_s and time_s - self._hasty_s[0] > WITHIN_S:
            self._hasty_s.popleft()
        quick = len(self._hasty_s) >= BELIEVED
        event = hasty.event if hasty and quick else usual.event
        if event and quick and self._told and self._told[0] == event.label and time_s - self._told[1] < SAME_S:
            event = None
        if event:
            self._told, self._told_by_hasty = (event.label, time_s), bool(hasty and quick)
        if not self._told_by_hasty:
            return replace(usual, event=event)
        return replace(usual, event=event, lasting=hasty.lasting if hasty else None)
