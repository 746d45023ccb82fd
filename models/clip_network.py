"""ClipNetwork: a clip network and its fusion; ClipStream: a clip network over one stream."""

import time
from dataclasses import dataclass

import numpy as np

from models.clip_spec import ClipFusion
from models.engines.base import Output
from models.engines.clip_engine import ClipEngine
from models.frame import Image
from models.heads import Head
from models.preprocess import part_seen
from models.recognition import Step
from models.region import Region
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
        return ClipStream(self)


class ClipStream:
    """A clip network over one stream. Its input is the square around what moves in the last seconds.

    Each step time is stepped on or skipped, after `show` if there is a new frame.

    Args:
        network: what to run; streams may share its engine.
    """

    def __init__(self, network: ClipNetwork) -> None:
        self._network, self.name = network, network.name
        spec = network.engine.spec
        self._window = ClipWindow(spec.picture_shape, spec.longest_s, network.rate_hz)
        self._bounds: Region | None = None
        self.reset()

    def reset(self) -> None:
        self._window.reset()
        self._shown: Image | None = None
        self._memory = self._network.head.start()

    def show(self, image: Image, bounds: Region | None) -> None:
        """Set the frame of the next step time, uint8 [H, W, 3] RGB.

        Args:
            image: the frame.
            bounds: part of the frame in which the square may lie; None for the largest centred window with the input's
                proportions. A change of bounds drops the past.
        """
        if bounds != self._bounds:
            self.reset()
        self._bounds = bounds
        spec = self._network.engine.spec
        self._shown = part_seen(image, spec.height, spec.width, bounds)

    def skip(self, time_s: float) -> None:
        """Keep the new frame, or the last one again if there is none, without running the network."""
        if self._shown is None:
            self._window.repeat(time_s)
        else:
            self._window.append(self._shown, time_s)
        self._shown = None

    def step(self, time_s: float) -> Step:
        """Keep the frame and run the network on the last seconds: the mean output over `spec.windows_s`."""
        self.skip(time_s)
        network, began_s = self._network, time.perf_counter()
        spec, region = network.engine.spec, self._window.moving()
        clips = [self._window.cut(seconds, spec.pictures, region) for seconds in spec.windows_s]
        answers = [network.engine.run(clip) for clip in clips]
        output = Output(*(np.mean(part, 0) for part in zip(*answers, strict=True)))
        logits, embedding = output.logits[0], output.embedding[0]
        probabilities, self._memory = network.head.read(logits, embedding, self._memory)
        duration_ms = 1000 * (time.perf_counter() - began_s)
        return Step(network.name, time_s, clips[0][-1], logits, embedding, probabilities, duration_ms)
