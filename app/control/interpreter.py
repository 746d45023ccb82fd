"""Interpreter: decides on the steps of a stream's networks with another vocabulary."""

import math
from itertools import groupby

from models.decoder import GestureEvent
from models.frame_times import is_gap
from models.networks import Networks
from models.recognition import Recognition
from models.vocabulary import Vocabulary


class Interpreter:
    """Decides on a recogniser's steps as the recogniser would with another vocabulary.

    Args:
        networks: the networks of the recogniser.
        vocabulary: the groups of labels; other labels are ignored.

    Raises:
        VocabularyError: it has labels that the networks do not know.
    """

    def __init__(self, networks: Networks, vocabulary: Vocabulary) -> None:
        self._names = networks.names
        self._fusion = networks.with_vocabulary(vocabulary).fusion()
        self._seen_s = -math.inf
        self.lasting: str | None = None
        """The group that fired last and has not ended yet."""

    def see(self, seen: Recognition) -> list[GestureEvent]:
        """Process the recognition of a frame; to be called with every frame, in order. Returns the frame's events."""
        if is_gap(self._seen_s, seen.frame.time_s):  # the recogniser starts again, too
            self._fusion.reset()
            self.lasting = None
        self._seen_s = seen.frame.time_s
        events = []
        for time_s, steps in groupby(seen.steps, lambda step: step.time_s):
            for step in steps:
                if step.network in self._names:  # not a step that a fusion computed from several networks
                    self._fusion.note(step)
            decision = self._fusion.decide(time_s)
            self.lasting = decision.lasting
            if decision.event:
                events.append(decision.event)
        return events
