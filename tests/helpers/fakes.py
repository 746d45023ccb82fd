"""Stand-ins for the parts that a test is not about."""

from collections.abc import Callable

import numpy as np

from models.engines.base import Output
from models.frame import Frame
from models.spec import Decoding, ModelSpec, Rule
from models.state import StreamState

LABELS = ("Doing other things", "No gesture", "Swiping Left", "Swiping Right", "Thumb Up")


class ScriptedEngine:
    """An engine that answers each picture with the label that a function of it names."""

    name = "scripted:none"

    def __init__(self, label_of: Callable[[np.ndarray], float] = lambda _: 1, temperature: float = 1.0) -> None:
        self.spec = ModelSpec(
            "scripted", LABELS, 8, 8, (0.0,) * 3, (1.0,) * 3, 12.0, (), 1, 4, temperature, Decoding(0.1, Rule())
        )
        self._label_of = label_of
        self.starts = 0
        self.steps = 0
        self.closed = False

    def start(self) -> StreamState:
        self.starts += 1
        return StreamState(None)

    def step(self, picture, state):
        state.take()
        self.steps += 1
        logits = np.zeros((1, len(LABELS)), np.float32)
        logits[0, int(self._label_of(picture)) % len(LABELS)] = 8.0
        return Output(logits, np.zeros((1, 4), np.float32)), StreamState(None, state.steps + 1)

    def close(self) -> None:
        self.closed = True


class ScriptedBatch:
    """A batch that answers like a `ScriptedEngine`, and remembers what it was asked."""

    def __init__(self, streams: int) -> None:
        self._engine = ScriptedEngine(lambda picture: picture.flat[0])
        self.spec, self.name, self.streams = self._engine.spec, "scripted:none, a batch", streams
        self.seen: list[list[int]] = []
        self.emptied: list[int] = []

    def empty(self, row: int) -> None:
        self.emptied.append(row)

    def step(self, pictures):
        self.seen.append([int(picture.flat[0]) for picture in pictures])
        answers = [self._engine.step(picture[None], StreamState(None))[0] for picture in pictures]
        return Output(*(np.concatenate(rows) for rows in zip(*answers, strict=True)))


class ListCamera:
    """A camera that delivers frames from a list; None in it is a wait that nothing came of."""

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
