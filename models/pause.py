"""Pause: the rest after an event, also where several networks fire."""

import math
from collections.abc import Mapping

from models.decoder import GestureEvent
from models.fusion import Decision, Fusion
from models.recognition import Step


class Pause:
    """A fusion after whose events nothing fires for a while.

    The decoder of one network keeps this rest by itself. Where networks take turns to decide, or a gesture counts each
    time that it is repeated, the events come from several decoders.

    Args:
        fusion: the rule that decides.
        rests_s: seconds of rest after each gesture, by the name under which it fires.
    """

    def __init__(self, fusion: Fusion, rests_s: Mapping[str, float]) -> None:
        self._fusion, self._rests_s = fusion, rests_s
        self._last: GestureEvent | None = None

    def reset(self) -> None:
        """Forget the stream."""
        self._fusion.reset()
        self._last = None

    def wants(self, network: str) -> bool:
        """Whether the network of this name is to step now."""
        return self._fusion.wants(network)

    def note(self, step: Step) -> None:
        """Take the step of one network."""
        self._fusion.note(step)

    def decide(self, time_s: float) -> Decision:
        """The decision, without an event that comes within the rest after the last one."""
        decision = self._fusion.decide(time_s)
        if not decision.event:
            return decision
        since_s = decision.event.fired_s - self._last.fired_s if self._last else math.inf
        if self._last and since_s < self._rests_s[self._last.name]:
            return decision._replace(event=None)
        self._last = decision.event
        return decision
