"""ClipNetwork: a clip network and its fusion; ClipStream: a clip network over one stream."""

import time
from dataclasses import dataclass

import numpy as np

from models.clip_spec import ClipFusion
from models.engines.base import Output
from models.engines.clip_engine import ClipEngine
from models.frame import Image
from models.heads import Head
from models.recognition import Step
from models.window import ClipWindow


@dataclass(frozen=True, slots=True)
class ClipNetwork:
    """A clip network as a recogniser runs it, on the last seconds of a stream."""

    name: str
    """Name of its steps, such as `clip`."""
    engine: ClipEngine
    head: Head
    rate_hz: float
    """Maximum number of pictures per second."""
    fusion: ClipFusion
    """How it is fused with the stream network."""

    def open(self) -> "ClipStream":
        """Begin a stream."""
        return ClipStream(self)


class ClipStream:
    """A clip network over one stream. Each picture is stepped on or skipped; both are kept for later clips.

    Args:
        network: what to run; streams may share its engine.
    """

    def __init__(self, network: ClipNetwork) -> None:
        self._network, self.name = network, network.name
        spec = network.engine.spec
        self._window = ClipWindow(spec.picture_shape, spec.longest_s, network.rate_hz)
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._window.reset()
        self._memory = self._network.head.start()

    def skip(self, picture: Image, time_s: float) -> None:
        """Keep a picture, uint8 [1, H, W, 3] RGB, without running the network."""
        self._window.append(picture[0], time_s)

    def step(self, picture: Image, time_s: float) -> Step:
        """Keep a picture and run the network on the last seconds: the mean output over `spec.windows_s`."""
        self.skip(picture, time_s)
        network, began_s = self._network, time.perf_counter()
        spec = network.engine.spec
        clips = [self._window.cut(seconds, spec.pictures) for seconds in spec.windows_s]
        outputs = [network.engine.run(clip) for clip in clips]
        output = Output(*(np.mean(part, 0) for part in zip(*outputs, strict=True)))
        logits, embedding = output.logits[0], output.embedding[0]
        probabilities, self._memory = network.head.read(logits, embedding, self._memory)
        duration_ms = 1000 * (time.perf_counter() - began_s)
        return Step(network.name, time_s, picture[0], logits, embedding, probabilities, duration_ms)
