"""Fakes for parts that are not under test."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from models.engines.base import Output
from models.frame import Frame
from models.networks import networks_of
from models.recognizer import Recognizer
from models.spec import Decoding, FastPass, ModelSpec, Rule
from models.state import StreamState

LABELS = ("Doing other things", "No gesture", "Swiping Left", "Swiping Right", "Thumb Up")


class ScriptedEngine:
    """An engine whose output is the label that a function of the picture returns; another one for its fast pass."""

    name = "scripted:none"

    def __init__(
        self,
        label_of: Callable[[np.ndarray], float] = lambda _: 1,
        temperature: float = 1.0,
        streams: int = 1,
        fast_label_of: Callable[[np.ndarray], float] | None = None,
    ) -> None:
        decoding = Decoding(0.1, Rule())
        fast_pass = FastPass(4, 1.0, decoding) if fast_label_of else None
        self.spec = ModelSpec("scripted", LABELS, 8, 8, (0.0,) * 3, (1.0,) * 3, 12.0, (), 1, 4, temperature, decoding)
        self.spec = replace(self.spec, fast_pass=fast_pass)
        self.streams = streams
        self._label_of = {1: label_of, 4: fast_label_of}
        self.starts, self.steps = {1: 0, 4: 0}, {1: 0, 4: 0}
        """By lag divisor."""
        self.seen: list[list[int]] = []
        """The first value of each row's picture, step by step."""
        self.forgotten: list[int] = []
        self.closed = False

    def start(self, lag_divisor: int = 1) -> StreamState:
        self.starts[lag_divisor] += 1
        return StreamState(lag_divisor)

    def forget(self, row, state):
        self.forgotten.append(row)
        return StreamState(state.take(), state.steps)

    def step(self, picture, state):
        lag_divisor = state.take()
        self.steps[lag_divisor] += 1
        self.seen.append([int(row.flat[0]) for row in picture])
        logits = np.zeros((len(picture), len(LABELS)), np.float32)
        for k in range(len(picture)):
            logits[k, int(self._label_of[lag_divisor](picture[k : k + 1])) % len(LABELS)] = 8.0
        return Output(logits, np.zeros((len(picture), 4), np.float32)), StreamState(lag_divisor, state.steps + 1)

    def close(self) -> None:
        self.closed = True


def recognizer(engine: ScriptedEngine, fast_pass: bool = True) -> Recognizer:
    """A recogniser of the engine's networks."""
    return Recognizer(networks_of(engine, fast_pass=fast_pass))


class ListCamera:
    """A camera that delivers frames from a list; None is a timeout."""

    name, live = "list", False

    def __init__(self, frames: list[Frame | None], dropped: int = 0) -> None:
        self._frames = list(frames)
        self.dropped = dropped
        self.pauses: list[bool] = []
        self.closed = False

    @property
    def ended(self) -> bool:
        return not self._frames

    def next(self, timeout_s: float) -> Frame | None:
        return self._frames.pop(0) if self._frames else None

    def pause(self, paused: bool) -> None:
        self.pauses.append(paused)

    def close(self) -> None:
        self.closed = True
