"""BatchRecognizer: streams in step through one batched engine, a row each, to probabilities and gestures."""

import math
from collections import deque
from collections.abc import Callable

import numpy as np

from models.engines.base import BatchEngine, Engine, Output
from models.frame import Frame, Image
from models.preprocess import to_picture
from models.recognizer import LONGEST_REPEAT_S, Logits, Reader, Recognition, is_gap
from models.spec import ModelSpec
from models.state import StreamState


class BatchRecognizer:
    """At the model's rate, `show` the frames that are new, `step`, and `read` every row.

    A step is one of every stream. What is wrong with a frame or with what is personal is raised by `show` or `read` of
    that row, and none of the others' business.

    A stream without a new frame steps on its last one again, as a single camera that is slower than the model does: a
    second of movement is always the same number of steps. What such a step answers is read with the next frame, at
    times spread evenly up to it; a stream that stays silent for longer starts anew.

    Args:
        engine: holds the streams' pasts.
        personal: puts an engine of one stream around the network's answers, such as a person's own gestures.
    """

    def __init__(self, engine: BatchEngine, personal: Callable[[Engine], Engine] = lambda engine: engine) -> None:
        self._engine = engine
        self._output: Output
        self._pictures = np.zeros((engine.streams, *engine.spec.picture_shape[1:]), np.uint8)
        self._rows = [Row(engine, personal) for _ in range(engine.streams)]
        self.spec = self._rows[0].spec
        """The model's, with what is personal in it."""
        self.name, self.streams = engine.name, engine.streams

    def show(self, number: int, frame: Frame) -> None:
        """Show a row the frame that it steps on next; after a gap, or with another size, it starts anew.

        Raises:
            CameraError: there is no picture in it.
        """
        row = self._rows[number]
        if row.begins_anew(frame):
            self.reset(number)
            self._engine.empty(number)
        self._pictures[number] = to_picture(frame.image, self.spec.height, self.spec.width)
        row.frame = frame

    def step(self) -> None:
        """Step the network for all rows at once, unless there is no stream."""
        if any(row.steps for row in self._rows):
            self._output = self._engine.step(self._pictures)

    def read(self, number: int) -> Recognition | None:
        """Read what a step answered one row, once after each; None where it was shown nothing new."""
        row = self._rows[number]
        if row.steps:
            answer = Output(self._output.logits[number, None], self._output.embedding[number, None])
            row.take(self._pictures[number, None], answer)
        return row.read()

    def reset(self, number: int) -> None:
        """Forget a row's stream; the next frame there is the first of another."""
        self._rows[number].reset()


class Row:
    """One stream in a batch."""

    def __init__(self, engine: BatchEngine, personal: Callable[[Engine], Engine]) -> None:
        self._answered = Answered(engine)
        self._engine = personal(self._answered)
        self.spec = self._engine.spec
        self._reader = Reader(self.spec)
        self._unread: deque[Logits] = deque()
        self.frame: Frame | None
        """Shown, and not read yet."""
        self._longest = math.ceil(LONGEST_REPEAT_S * self.spec.rate_hz)
        self.reset()

    @property
    def steps(self) -> bool:
        """Whether there is a stream to step."""
        return self.frame is not None or self.lasts

    @property
    def lasts(self) -> bool:
        """Whether the next frame may still go on with this stream."""
        return self._seen_s > -math.inf and len(self._unread) < self._longest

    def reset(self) -> None:
        """Forget the stream."""
        self._state = self._engine.start()
        self._reader.reset()
        self._unread.clear()
        self.frame = None
        self._seen_s = -math.inf
        self._shape: tuple[int, ...] = ()

    def begins_anew(self, frame: Frame) -> bool:
        """Whether a frame is the first of a stream."""
        return not self.lasts or is_gap(self._seen_s, frame.time_s) or frame.image.shape != self._shape

    def take(self, picture: Image, answer: Output) -> None:
        """Note what the batch answered to one picture."""
        self._answered.output = answer
        output, self._state = self._engine.step(picture, self._state)
        self._unread.append(output.logits[0])

    def read(self) -> Recognition | None:
        """Read the answers since the last frame and that to the one that was shown, if one was."""
        if (frame := self.frame) is None:
            return None
        self._seen_s, self._shape, self.frame = frame.time_s, frame.image.shape, None
        seen = self._reader.read(frame, self._unread, len(self._unread))
        self._unread.clear()
        return seen


class Answered:
    """An engine of one stream that hands on what the batch has answered already.

    Args:
        engine: the batch.
    """

    def __init__(self, engine: BatchEngine) -> None:
        self.spec: ModelSpec = engine.spec
        self.name = engine.name
        self.output: Output
        """The newest answer, of this stream."""

    def start(self) -> StreamState:
        """Nothing: the batch holds the past."""
        return StreamState(None)

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:  # noqa: ARG002 - an Engine's
        """Hand on the answer to the picture that the batch has had."""
        state.take()
        return self.output, StreamState(None, state.steps + 1)

    def close(self) -> None:
        """Nothing to give back."""
