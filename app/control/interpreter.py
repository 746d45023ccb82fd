"""Interpreter: from the steps of a stream's networks to the gestures of a vocabulary of one's own."""

import math
from itertools import groupby

from models.decoder import GestureEvent
from models.frame_times import is_gap
from models.networks import Networks
from models.recognition import Recognition
from models.vocabulary import Vocabulary


class Interpreter:
    """Decides once more from the steps that a recogniser took, as it would have with another vocabulary.

    Args:
        networks: those of the recogniser.
        vocabulary: which labels decide together; the others do not count.

    Raises:
        VocabularyError: it has labels that the networks do not know.
    """

    def __init__(self, networks: Networks, vocabulary: Vocabulary) -> None:
        self._names = networks.names
        self._fusion = networks.with_vocabulary(vocabulary).fusion()
        self._seen_s = -math.inf
        self.lasting: str | None = None
        """The group that fired last and is not over yet."""

    def see(self, seen: Recognition) -> list[GestureEvent]:
        """Take what was recognised on a frame: every frame, in order. Returns what fired on it."""
        if is_gap(self._seen_s, seen.frame.time_s):  # where the recogniser begins anew
            self._fusion.reset()
            self.lasting = None
        self._seen_s = seen.frame.time_s
        events = []
        for time_s, steps in groupby(seen.steps, lambda step: step.time_s):
            for step in steps:
                if step.network in self._names:  # a step in which several decided together is made anew
                    self._fusion.note(step)
            decision = self._fusion.decide(time_s)
            self.lasting = decision.lasting
            if decision.event:
                events.append(decision.event)
        return events
