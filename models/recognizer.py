"""Recognizer: one stream of frames through one or several networks, to probabilities and gestures."""

from collections.abc import Sequence

import numpy as np

from models.frame import Frame
from models.fusion import Decision
from models.networks import Networks
from models.preprocess import to_picture
from models.recognition import Recognition, Step
from models.step_grid import StepGrid


class Recognizer:
    """One stream through its networks. Give it every frame; it steps at the networks' rate, by the frames' times.

    Args:
        networks: as `networks_of` makes them.
    """

    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self.spec = networks.stream.engine.spec
        self.labels = networks.labels
        self._grid = StepGrid(self.spec.rate_hz)
        self._streams = [network.open() for network in networks]
        self._fusion = networks.fusion()
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._grid.reset()
        for stream in self._streams:
            stream.reset()
        self._fusion.reset()
        self._decision = undecided(self.labels)

    def see(self, frame: Frame) -> Recognition:
        """Take one frame: step the networks at each time that is due on it, and decide, until a gesture fires."""
        if self._grid.broken(frame.time_s):
            self.reset()
        times = self._grid.due(frame)
        if not times:
            return recognition(frame, [], self._decision._replace(event=None))
        picture, steps = to_picture(frame.image, self.spec.height, self.spec.width)[None], []
        for time_s in times:
            for place, stream in enumerate(self._streams):
                if self._fusion.wants(place):
                    step = stream.step(picture, time_s)
                    self._fusion.note(place, step)
                    steps.append(step)
                else:
                    stream.skip(picture, time_s)
            self._decision = self._fusion.decide(time_s)
            steps += together(self._decision, steps)
            if self._decision.event:
                break
        return recognition(frame, steps, self._decision)


def undecided(labels: Sequence[str]) -> Decision:
    """The decision before the first step: all probabilities are zero."""
    return Decision(None, np.zeros(len(labels), np.float32), None, None)


def together(decision: Decision, steps: Sequence[Step]) -> list[Step]:
    """The step in which several networks decide together, where it is none of their own."""
    return [decision.step] if decision.step and all(decision.step is not step for step in steps) else []


def recognition(frame: Frame, steps: Sequence[Step], decision: Decision) -> Recognition:
    """What was recognised on a frame."""
    step = decision.step
    probabilities, network = (step.probabilities, step.network) if step else (decision.smoothed, "")
    return Recognition(frame, tuple(steps), probabilities, decision.smoothed, decision.event, decision.lasting, network)
