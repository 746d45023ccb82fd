"""Tap: an engine whose pictures and answers somebody else may have as well."""

from collections import deque
from typing import NamedTuple

from models.engines.base import Engine, Output, PassingEngine
from models.frame import Image
from models.state import StreamState


class Tapped(NamedTuple):
    """What went into a step and what came out."""

    picture: Image
    """uint8 [H, W, 3], the network's own input."""
    output: Output


class Tap(PassingEngine):
    """Passes every step on and keeps the newest ones until they are drawn.

    Args:
        engine: who does the work.
        remember: steps kept at most; a camera that repeats frames takes several steps a frame.
    """

    def __init__(self, engine: Engine, remember: int = 64) -> None:
        super().__init__(engine)
        self._steps: deque[Tapped] = deque(maxlen=remember)

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Step the inner engine and keep what went in and came out."""
        output, after = super().step(picture, state)
        self._steps.append(Tapped(picture[0], output))
        return output, after

    def draw(self) -> list[Tapped]:
        """The steps since the last time, oldest first."""
        drawn = list(self._steps)
        self._steps.clear()
        return drawn
