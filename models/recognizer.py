"""Recognizer: one stream of frames through one or several networks, to probabilities and gestures."""

from collections.abc import Sequence

import numpy as np

from models.frame import Frame, Image
from models.frame_times import FrameTimes
from models.framing.base import Framing
from models.fusion import Decision
from models.networks import Networks
from models.preprocess import to_picture
from models.recognition import Recognition, Step
from models.region import Region
from models.spec import idle_labels
from models.step_grid import StepGrid

IDLE = 0.8
"""From this smoothed probability of no gesture on, the region that is seen may move."""


class Recognizer:
    """One stream through its networks. Give it every frame; it steps at the networks' rate, by the frames' times.

    Args:
        networks: as `networks_of` makes them.
        framing: chooses which part of the picture they see; without one, the largest centred window.
    """

    def __init__(self, networks: Networks, framing: Framing | None = None) -> None:
        self.networks = networks
        self.spec = networks.stream.engine.spec
        self.labels = networks.labels
        self._times, self._grid = FrameTimes(), StepGrid(self.spec.rate_hz)
        self._streams = [network.open() for network in networks]
        self._fusion = networks.fusion()
        self._framing = framing
        self.framing = framing.name if framing else None
        """How the header of the events names what is seen; None where nothing chooses it."""
        self._idle_labels = idle_labels(self.labels)
        self.reset()

    def reset(self) -> None:
        """Forget the stream; the next frame is the first of another, and may have any time."""
        self._times.reset()
        self._begin_anew()

    def _begin_anew(self) -> None:
        """Forget what was seen."""
        self._grid.reset()
        for stream in self._streams:
            stream.reset()
        self._fusion.reset()
        self._decision = undecided(self.labels)
        if self._framing:
            self._framing.reset()
        self._region: Region | None = None
        self._shape: tuple[int, ...] | None = None

    def see(self, frame: Frame) -> Recognition:
        """Take one frame: step the networks at each time that is due on it, and decide, until a gesture fires.

        Raises:
            FrameError: its time is before the last one's, or the times of the stream are no seconds.
        """
        if self._times.breaks(frame.time_s) or self._shape not in (None, frame.image.shape):
            self._begin_anew()
        self._shape = frame.image.shape
        times = self._grid.due(frame)
        if not times:
            return recognition(frame, [], [], self._decision._replace(event=None), self._region)
        picture, steps, deciding = self._picture(frame), [], []
        for time_s in times:
            for stream in self._streams:
                if self._fusion.wants(stream.name):
                    step = stream.step(picture, time_s)
                    self._fusion.note(step)
                    steps.append(step)
                else:
                    stream.skip(picture, time_s)
            self._decision = self._fusion.decide(time_s)
            steps += together(self._decision, steps)
            deciding.append(self._decision.step)
            if self._decision.event:
                break
        return recognition(frame, steps, deciding, self._decision, self._region)

    def _picture(self, frame: Frame) -> Image:
        """What the networks see of a frame. When the region moves, the past that was seen through the old one goes."""
        if self._framing:
            idle = is_idle(self._decision, self._idle_labels)
            region = self._framing.region(frame.image, frame.time_s, idle)
            if self._region not in (None, region):
                for stream in self._streams:
                    stream.reset()
            self._region = region
        return to_picture(frame.image, self.spec.height, self.spec.width, self._region)[None]


def is_idle(decision: Decision, idle: Sequence[int]) -> bool:
    """Whether nobody gestures, as far as the networks can tell; `idle` are the places of the labels that say so."""
    return decision.step is None or (decision.lasting is None and float(decision.smoothed[idle].sum()) >= IDLE)


def undecided(labels: Sequence[str]) -> Decision:
    """The decision before the first step: all probabilities are zero."""
    return Decision(None, np.zeros(len(labels), np.float32), None, None)


def together(decision: Decision, steps: Sequence[Step]) -> list[Step]:
    """The step in which several networks decide together, where it is none of their own."""
    return [decision.step] if decision.step and all(decision.step is not step for step in steps) else []


def recognition(
    frame: Frame, steps: Sequence[Step], deciding: Sequence[Step | None], decision: Decision, region: Region | None
) -> Recognition:
    """What was recognised on a frame."""
    step = decision.step
    probabilities, network = (step.probabilities, step.network) if step else (decision.smoothed, "")
    return Recognition(
        frame,
        tuple(steps),
        probabilities,
        decision.smoothed,
        decision.event,
        decision.lasting,
        region,
        network,
        tuple(each for each in deciding if each),
    )
