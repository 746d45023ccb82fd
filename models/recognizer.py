"""Recognizer: one stream of frames through one or several networks, to probabilities and gestures."""

from collections.abc import Sequence

import numpy as np

from models.frame import Frame
from models.fusion import Decision
from models.network import Network, NetworkStream
from models.networks import check_alike, fusion_of
from models.preprocess import to_picture
from models.recognition import Recognition, Step
from models.step_grid import StepGrid


class Recognizer:
    """One stream through its networks. Give it every frame; it steps at the networks' rate, by the frames' times.

    Args:
        networks: as `networks_of` makes them; the first always steps, and has the labels.

    Raises:
        ModelFileError: they take different pictures or come at different rates.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        check_alike(networks)
        self.networks = tuple(networks)
        self.spec = networks[0].engine.spec
        self.labels = networks[0].head.labels
        self._grid = StepGrid(self.spec.rate_hz)
        self._streams = [NetworkStream(network) for network in networks]
        self._fusion = fusion_of(networks)
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._grid.reset()
        for stream in self._streams:
            stream.reset()
        self._fusion.reset()
        self._decision = undecided(self.networks[0])

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
                    stream.reset()
            self._decision = self._fusion.decide(time_s)
            if self._decision.event:
                break
        return recognition(frame, steps, self._decision)


def undecided(network: Network) -> Decision:
    """The decision before the first step: all probabilities are zero."""
    nothing = np.zeros(len(network.head.labels), np.float32)
    return Decision(network.name, nothing, nothing, None, None)


def recognition(frame: Frame, steps: Sequence[Step], decision: Decision) -> Recognition:
    """What was recognised on a frame."""
    return Recognition(
        frame,
        tuple(steps),
        decision.probabilities,
        decision.smoothed,
        decision.event,
        decision.lasting,
        decision.network,
    )
