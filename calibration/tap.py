"""Tap: an engine whose pictures and answers somebody else may have as well."""

from collections import deque
from typing import NamedTuple

from models.engines.base import Engine, Output
from models.frame import Image
from models.spec import ModelSpec
from models.state import StreamState


class Tapped(NamedTuple):
    """What went into a step and what came out."""

    picture: Image
    """uint8 [H, W, 3], the network's own input."""
    output: Output


class Tap:
    """Passes every step on and keeps the newest ones until they are drawn.

    Args:
        engine: who does the work.
        remember: steps kept at most; a camera that repeats frames takes several steps a frame.
    """

    def __init__(self, engine: Engine, remember: int = 64) -> None:
        self._engine = engine
        self._steps: deque[Tapped] = deque(maxlen=remember)

    @property
    def spec(self) -> ModelSpec:
        """The inner engine's spec."""
        return self._engine.spec

    @property
    def name(self) -> str:
        """The inner engine's name."""
        return self._engine.name

    def start(self) -> StreamState:
        """The empty past of a new stream."""
        return self._engine.start()

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Step the inner engine and keep what went in and came out."""
        output, after = self._engine.step(picture, state)
        self._steps.append(Tapped(picture[0], output))
        return output, after

    def draw(self) -> list[Tapped]:
        """The steps since the last time, oldest first."""
        drawn = list(self._steps)
        self._steps.clear()
        return drawn

    def close(self) -> None:
        """Close the inner engine."""
        self._engine.close()
