"""ClipNetwork: a clip network beside a stream network, and how it is read; ClipStream: that over one stream."""

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
    """A network of clips as a recogniser runs it. It sees the last seconds of a stream at once."""

    name: str
    """What its steps are called, such as `clip`."""
    engine: ClipEngine
    head: Head
    rate_hz: float
    """How many pictures a second come, at most."""
    fusion: ClipFusion
    """How it decides together with the stream network."""

    def open(self) -> "ClipStream":
        """Begin a stream."""
        return ClipStream(self)


class ClipStream:
    """A clip network over one stream. It sees the square around what moves in the last seconds.

    Each time is either stepped or skipped, after `show` where a new frame came.

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
        """Forget the stream."""
        self._window.reset()
        self._shown: Image | None = None
        self._memory = self._network.head.start()

    def show(self, image: Image, bounds: Region | None) -> None:
        """Give the frame of the next time, uint8 [H, W, 3] RGB.

        Args:
            image: the frame.
            bounds: the part of it in which the square may lie; None is the largest centred window of the network's
                proportions. With others than before, the stream is forgotten.
        """
        if bounds != self._bounds:
            self.reset()
        self._bounds = bounds
        spec = self._network.engine.spec
        self._shown = part_seen(image, spec.height, spec.width, bounds)

    def skip(self, time_s: float) -> None:
        """Remember what was shown, or the frame before where nothing was, without running the network."""
        if self._shown is None:
            self._window.repeat(time_s)
        else:
            self._window.append(self._shown, time_s)
        self._shown = None

    def step(self, time_s: float) -> Step:
        """Remember what was shown, and answer about the last seconds: the mean over windows of `spec.windows_s`."""
        self.skip(time_s)
        network, began_s = self._network, time.perf_counter()
        spec, region = network.engine.spec, self._window.moving()
        clips = [self._window.cut(seconds, spec.pictures, region) for seconds in spec.windows_s]
        answers = [network.engine.answer(clip) for clip in clips]
        output = Output(*(np.mean(part, 0) for part in zip(*answers, strict=True)))
        logits, embedding = output.logits[0], output.embedding[0]
        probabilities, self._memory = network.head.read(logits, embedding, self._memory)
        duration_ms = 1000 * (time.perf_counter() - began_s)
        return Step(network.name, time_s, clips[0][-1], logits, embedding, probabilities, duration_ms)
