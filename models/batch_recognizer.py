"""BatchRecognizer: recognises several streams, one row per stream in the engine's batch."""

import math
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from models.frame import Frame, Image
from models.frame_times import MAX_REPEAT_S, FrameTimes
from models.framing.base import Framing
from models.network import HeadStream
from models.networks import Networks
from models.preprocess import to_picture
from models.recognition import Embedding, Logits, Recognition, Step
from models.region import Region
from models.state import StreamState
from models.step_grid import spread
from models.stream_decider import StreamDecider


class BatchRecognizer:
    """Call it at the networks' step rate: `show` new frames, `step` once, then `read` each row.

    One step advances every stream. An error of one row is raised by its `show` or `read`; other rows are not affected.

    A stream without a new frame repeats its last one, as `Recognizer` does for a camera slower than the step rate, so
    that a second is always the same number of steps. The output of such a step is read with the next frame, at times
    spread evenly up to it. After a longer gap the stream starts again from an empty past.

    Args:
        networks: from `networks_of` with an engine of several streams; a clip network runs on each row separately.
        framing: makes the framing of each row; None for the largest centred window.
    """

    def __init__(self, networks: Networks, framing: Callable[[], Framing] | None = None) -> None:
        self.networks = networks
        engine = networks.stream.engine
        self.spec, self.labels, self.streams = engine.spec, networks.labels, engine.streams
        self._batched = networks.passes
        self._states: list[StreamState] = [each.engine.start(each.lag_divisor) for each in self._batched]
        self._pictures = np.zeros((engine.streams, *engine.spec.picture_shape[1:]), np.uint8)
        self._rows = [BatchRow(number, networks, framing() if framing else None) for number in range(engine.streams)]
        self.framing = self._rows[0].framing
        """The name of the framing in the header of the events; None without a framing."""

    def show(self, number: int, frame: Frame) -> None:
        """Set the frame for the next step of a row. After a gap, or with another size, the row starts a new stream.

        Raises:
            CameraError: there is no picture in it, or its time does not follow the last one's.
        """
        row = self._rows[number]
        if row.restarts(frame):
            row.restart()
        self._pictures[number] = to_picture(frame.image, self.spec.height, self.spec.width, row.choose_region(frame))
        row.frame = frame

    def step(self) -> None:
        """Run each network once for all rows, unless no row needs it."""
        rows = [row for row in self._rows if row.has_stream]
        for place in range(len(self._batched)):
            wanting = [row for row in rows if row.wants(place)]
            for row in rows:
                if row not in wanting:
                    row.skip(place)
            if wanting:
                self._step(place, wanting)

    def read(self, number: int) -> Recognition | None:
        """The recognition of one row, once after each step; None if it got no new frame.

        Raises:
            Exception: what the row's head raised.
        """
        return self._rows[number].read()

    def reset(self, number: int) -> None:
        """Forget a row's stream; the next frame there is the first of another."""
        self._rows[number].reset()

    def _step(self, place: int, rows: "Sequence[BatchRow]") -> None:
        """Step one network, and pass its output to the rows that need it."""
        engine, state = self._batched[place].engine, self._states[place]
        for row in rows:
            if row.starts(place):
                state = engine.forget(row.number, state)
        began_s = time.perf_counter()
        output, self._states[place] = engine.step(self._pictures, state)
        duration_ms = 1000 * (time.perf_counter() - began_s)
        for row in rows:
            picture, number = self._pictures[row.number].copy(), row.number
            row.take(place, RowOutput(picture, output.logits[number], output.embedding[number], duration_ms))


class RowOutput(NamedTuple):
    """The output of a network for one row."""

    picture: Image
    logits: Logits
    embedding: Embedding
    duration_ms: float
    """Of the step of all rows."""


class BatchRow:
    """One stream in a batch.

    Args:
        number: its row.
        networks: that step it.
        framing: chooses the region of its frames.
    """

    def __init__(self, number: int, networks: Networks, framing: Framing | None) -> None:
        self.number = number
        self._decider = StreamDecider(networks, framing)
        self.framing = self._decider.framing
        self._names = [network.name for network in networks.passes]
        self._heads = [HeadStream(network.head) for network in networks.passes]
        self._clip = networks.clip.open() if networks.clip else None
        self._longest = math.ceil(MAX_REPEAT_S * networks.stream.engine.spec.rate_hz)
        self._times = FrameTimes()
        self.frame: Frame | None
        """Shown, and not read yet."""
        self.restart()

    def reset(self) -> None:
        """Forget the stream; the next frame is the first of another, and may have any time."""
        self._times.reset()
        self.restart()

    def restart(self) -> None:
        """Forget the stream's steps and decisions."""
        self._decider.reset()
        self._forget_past()
        if self._clip:
            self._clip.reset()
        self._silent: list[dict[int, RowOutput]] = []
        self._error: Exception | None = None
        self.frame = None
        self._seen_s = -math.inf
        self._shape: tuple[int, ...] = ()

    def _forget_past(self) -> None:
        self._starts = [True] * len(self._heads)
        for head in self._heads:
            head.reset()

    def choose_region(self, frame: Frame) -> Region | None:
        """The input picture of a frame. If the region moves, the past, which shows the old region, is dropped."""
        if self._decider.choose_region(frame):
            self._forget_past()
        return self._decider.region

    @property
    def has_stream(self) -> bool:
        """Whether there is a stream to step."""
        return self.frame is not None or self._lasts

    @property
    def _lasts(self) -> bool:
        """Whether the next frame may still continue this stream."""
        return self._seen_s > -math.inf and len(self._silent) < self._longest

    def restarts(self, frame: Frame) -> bool:
        """Whether a frame is the first of a stream, or continues nothing.

        Raises:
            FrameError: its time does not follow the last one's.
        """
        return self._times.breaks(frame.time_s) or not self._lasts or frame.image.shape != self._shape

    def starts(self, place: int) -> bool:
        """Whether the network of this place starts from an empty past."""
        return self._starts[place]

    def wants(self, place: int) -> bool:
        """Whether the network of this place is to step this row now; asked in the order of the places."""
        return place == 0 or self._decider.wants(self._names[place])

    def skip(self, place: int) -> None:
        """Leave a network out; when it steps again, it starts from an empty past."""
        self._starts[place] = True
        self._heads[place].reset()

    def take(self, place: int, output: RowOutput) -> None:
        """Take a network's output for the row. An exception of its head is kept for `read`."""
        self._starts[place] = False
        if self.frame is None:
            if place == 0:
                self._silent.append({})
            self._silent[-1][place] = output
            return
        try:
            if place == 0:
                self._catch_up(self.frame.time_s)
            if not self._decider.fired:
                self._note(place, output, self.frame.time_s)
        except Exception as error:  # an exception of a head concerns this row only
            self._error = error

    def read(self) -> Recognition | None:
        """What was recognised up to the frame that was shown, if one was.

        Raises:
            Exception: what a head raised.
        """
        if (frame := self.frame) is None:
            return None
        if not (self._error or self._decider.fired):
            if self._clip:
                self._clip.show(frame.image, self._decider.bounds)
            self._decide(frame.time_s)
        if self._error:
            raise self._error
        self.frame = None
        self._seen_s, self._shape = frame.time_s, frame.image.shape
        return self._decider.recognition(frame)

    def _catch_up(self, time_s: float) -> None:
        """Decide on the steps since the last frame, until a gesture fires."""
        times = spread(self._seen_s, time_s, len(self._silent) + 1)
        for then_s, outputs in zip(times[:-1], self._silent, strict=True):
            for place, output in outputs.items():
                self._note(place, output, then_s)
            if self._decide(then_s):
                break
        self._silent = []

    def _decide(self, time_s: float) -> bool:
        """Step the clip network if it is wanted, and decide; whether a gesture fired."""
        if self._clip and self._decider.wants(self._clip.name):
            self._decider.note(self._clip.step(time_s))
        elif self._clip:
            self._clip.skip(time_s)
        return self._decider.decide(time_s)

    def _note(self, place: int, output: RowOutput, time_s: float) -> None:
        """Read one network's output."""
        picture, logits, embedding, duration_ms = output
        probabilities = self._heads[place].read(logits, embedding)
        self._decider.note(Step(self._names[place], time_s, picture, logits, embedding, probabilities, duration_ms))
