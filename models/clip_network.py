"""ClipNetwork: a clip network beside a stream, which remembers the newest pictures and is asked now and then."""

import numpy as np

from models.engines.base import Output
from models.engines.clip_engine import ClipEngine
from models.frame import Image
from models.window import ClipWindow


class ClipNetwork:
    """One stream through a clip network. A picture is either stepped or skipped; both are remembered.

    Args:
        engine: runs the network; it may be shared by several streams.
        rate_hz: how many pictures a second come, at most.
    """

    def __init__(self, engine: ClipEngine, rate_hz: float) -> None:
        self._engine = engine
        self._window = ClipWindow(engine.spec.picture_shape, max(engine.spec.windows_s), rate_hz)

    def reset(self) -> None:
        """Forget the stream, as if new."""
        self._window.reset()

    def skip(self, picture: Image, time_s: float) -> None:
        """Remember a picture, uint8 `spec.picture_shape`, without running the network."""
        self._window.append(picture, time_s)

    def step(self, picture: Image, time_s: float) -> Output:
        """Remember a picture, and answer about the last seconds: the mean over windows of `spec.windows_s`."""
        self.skip(picture, time_s)
        spec = self._engine.spec
        answers = [self._engine.look(self._window.cut(seconds, spec.pictures)) for seconds in spec.windows_s]
        return Output(*(np.mean(part, 0) for part in zip(*answers, strict=True)))
