"""StreamDecider: fusion and framing of one stream."""

import numpy as np

from models.frame import Frame
from models.framing.base import Framing
from models.fusion import Decision
from models.networks import Networks
from models.recognition import Recognition, Step
from models.region import Region
from models.spec import idle_labels

MIN_IDLE = 0.8
"""Smoothed probability of no gesture from which the region may move."""


class StreamDecider:
    """The fusion and the framing of one stream, with the steps and decisions since the last frame.

    Args:
        networks: the networks over the stream.
        framing: chooses the region of the frame; None for the largest centred window.
    """

    def __init__(self, networks: Networks, framing: Framing | None) -> None:
        self._labels = networks.labels
        self._fusion, self._framing = networks.fusion(), framing
        self.framing = framing.name if framing else None
        """The name of the framing in the header of the events; None without a framing."""
        self._idle_labels = idle_labels(networks.labels)
        self.reset()

    def reset(self) -> None:
        self._fusion.reset()
        if self._framing:
            self._framing.reset()
        self.region: Region | None = None
        """The region of the newest frame; None is the largest centred window."""
        self._decision = Decision(None, np.zeros(len(self._labels), np.float32), None, None)
        self._steps: list[Step] = []
        self._deciding: list[Step] = []

    @property
    def bounds(self) -> Region | None:
        """The part of a frame in which a clip network looks at what moves; None is the largest centred window."""
        return self._framing.bounds if self._framing else None

    @property
    def fired(self) -> bool:
        """Whether a gesture fired since the last frame."""
        return self._decision.event is not None

    def choose_region(self, frame: Frame) -> bool:
        """Choose the region of a frame; return whether it moved, so that the past must be dropped."""
        if not self._framing:
            return False
        before, idle = self.region, self._is_idle()
        self.region = self._framing.region(frame.image, frame.time_s, idle)
        return before not in (None, self.region)

    def wants(self, network: str) -> bool:
        """Whether the network of this name is to step now."""
        return self._fusion.wants(network)

    def note(self, step: Step) -> None:
        """Take a step of a network."""
        self._fusion.note(step)
        self._steps.append(step)

    def decide(self, time_s: float) -> bool:
        """Decide from the steps of one time; whether a gesture fired."""
        self._decision = self._fusion.decide(time_s)
        if step := self._decision.step:
            if all(step is not each for each in self._steps):  # several networks decide together
                self._steps.append(step)
            self._deciding.append(step)
        return self.fired

    def recognition(self, frame: Frame) -> Recognition:
        """The recognition of a frame, from the steps and decisions since the last one."""
        decision = self._decision
        step = decision.step
        probabilities, network = (step.probabilities, step.network) if step else (decision.smoothed, "")
        recognition = Recognition(
            frame,
            tuple(self._steps),
            probabilities,
            decision.smoothed,
            decision.event,
            decision.lasting,
            self.region,
            network,
            tuple(self._deciding),
        )
        self._decision, self._steps, self._deciding = decision._replace(event=None), [], []
        return recognition

    def _is_idle(self) -> bool:
        """Whether the networks read no gesture."""
        decision = self._decision
        idle = float(decision.smoothed[self._idle_labels].sum()) >= MIN_IDLE
        return decision.step is None or (decision.lasting is None and idle)
