"""Batch: several cameras step together; on each tick of one clock, the newest frame of each is one row of the batch.

The clock ticks at the model's step rate, in a separate thread, which does the work for all cameras. It never waits for
a camera: `BatchRecognizer` decides what the row of a camera without a new frame gets.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.camera.base import Camera
from app.events import Events
from app.loop import Limits, Switches
from app.meters import Meter
from app.slowness import SlownessLog
from app.worker import Worker
from models.batch_recognizer import BatchRecognizer
from models.errors import CameraError
from models.frame import Frame
from models.recognition import Recognition

TIMEOUT_S = 5.0
"""How long `close` waits for the current tick to finish."""


@dataclass(eq=False)
class BatchStream:
    """One camera in the batch."""

    camera: Camera
    events: Events
    limits: Limits
    switches: Switches
    meter: Meter
    slowness: SlownessLog
    row: int = field(init=False)
    """Its row of the batch; set when it is added."""
    error: BaseException | None = None
    over: bool = False
    left: threading.Event = field(default_factory=threading.Event)
    """Set when it has been removed."""

    def next(self) -> Frame | None:
        """The newest frame; None if there is none that was not returned before."""
        self.over = self.over or self.switches.stop.is_set() or self.camera.ended
        return None if self.over else self.camera.next(timeout_s=0)

    def see(self, seen: Recognition) -> None:
        """Count one recognition and emit its events."""
        self.meter.see(seen)
        self.events.see(seen)
        self.slowness.note(self.meter.readings.too_slow)
        self.over = self.limits.reached(self.meter.frames, self.meter.duration_s)

    @contextmanager
    def failing(self) -> Iterator[None]:
        """A context in which an error of this camera, its frames or its sinks ends this stream only."""
        try:
            yield
        except Exception as error:  # raised again in the camera's own thread
            self.error, self.over = error, True


class Batch:
    """The cameras that step together.

    Args:
        recognizer: has one row per camera; at most as many cameras as rows can be added.
    """

    def __init__(self, recognizer: BatchRecognizer) -> None:
        self._recognizer = recognizer
        self._free = list(reversed(range(recognizer.streams)))
        self._streams: list[BatchStream] = []
        self._changing = threading.Lock()
        self._over = False
        self._error: BaseException | None = None
        self._stop = threading.Event()
        self._clock = Worker(self._run, on_end=self._end, on_error=self._end)

    def start(self) -> None:
        """Start the clock."""
        self._clock.start()

    def close(self) -> None:
        """Stop the clock; every stream that is still running ends."""
        self._stop.set()
        self._clock.join(TIMEOUT_S)

    def run(self, camera: Camera, events: Events, limits: Limits, switches: Switches) -> None:
        """Add one camera to the batch and wait until its stream ends.

        Raises:
            CameraError: the batch is full or has ended, or the camera cannot deliver any more.
            Exception: the error that ended the clock, such as one of the network.
        """
        meter = Meter(camera, self._recognizer.spec.rate_hz)  # a tick reads one frame
        slowness = SlownessLog(camera.name, self._recognizer.networks.names, alone=self._recognizer.streams == 1)
        stream = BatchStream(camera, events, limits, switches, meter, slowness)
        events.header(self._recognizer.networks, self._recognizer.framing)
        try:
            self._add(stream)
            stream.left.wait()
            if stream.error:
                raise stream.error
        finally:
            events.summary(stream.meter)

    def tick(self) -> None:
        """Take the newest frame of every camera, step once, and pass the recognitions to their streams."""
        with self._changing:
            streams = list(self._streams)
        for stream in streams:
            with stream.failing():
                if frame := stream.next():
                    self._recognizer.show(stream.row, frame)
        for stream, recognition in self._step(streams).items():
            with stream.failing():
                stream.see(recognition)
        for stream in streams:
            if stream.over:
                self._remove(stream)

    def _step(self, streams: list[BatchStream]) -> dict[BatchStream, Recognition]:
        """Step once; the recognitions of the streams that had a frame."""
        self._recognizer.step()
        seen = {}
        for stream in streams:
            with stream.failing():
                if not stream.over and (recognition := self._recognizer.read(stream.row)):
                    seen[stream] = recognition
        return seen

    def _add(self, stream: BatchStream) -> None:
        """Give a stream a row, if one is free and the clock is running."""
        with self._changing:
            if self._over:
                raise self._error or CameraError("the batch has ended")
            if not self._free:
                raise CameraError(f"the batch is full: it has {self._recognizer.streams} rows, one per camera")
            stream.row = self._free.pop()
            self._streams.append(stream)

    def _remove(self, stream: BatchStream) -> None:
        """Free a stream's row for another camera."""
        self._recognizer.reset(stream.row)
        with self._changing:
            self._streams.remove(stream)
            self._free.append(stream.row)
        stream.left.set()

    def _run(self) -> None:
        for _ in ticks(self._recognizer.spec.rate_hz, self._stop):
            self.tick()

    def _end(self, error: BaseException | None = None) -> None:
        """The clock has ended: end all streams and accept no more."""
        with self._changing:
            self._over, self._error = True, error
            streams, self._streams = self._streams, []
        for stream in streams:
            stream.error = stream.error or error
            stream.left.set()


def ticks(rate_hz: float, stop: threading.Event) -> Iterator[None]:
    """The ticks of a clock, until `stop` is set; ticks missed while one was being handled are skipped."""
    next_s = time.monotonic()
    while not stop.wait(max(0.0, next_s - time.monotonic())):
        yield
        next_s = max(next_s + 1 / rate_hz, time.monotonic())
