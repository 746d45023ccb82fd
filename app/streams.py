"""Streams of several cameras in one process: each runs in a separate thread, all with one engine.

They share a `SharedEngine`, or step together in a `Batch`. A stream never waits for another camera. A stream that is
too slow drops frames and keeps their order: each camera keeps only its newest frame. Streams can join and leave while
others run.
"""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from app.camera.base import Camera
from app.events import Events, Message, Sink
from app.loop import Limits, Switches, run
from app.worker import Worker
from common.log import log
from models.errors import CameraError
from models.framing.base import Framing
from models.networks import Networks
from models.recognizer import Recognizer

TIMEOUT_S = 5.0
"""How long `wait` waits for stopped streams to finish their frame and emit their summary."""


Opening = Callable[[], Camera]
"""Opens a camera; called in the stream's thread, so it may take long."""


class RunStream(Protocol):
    """Runs one camera from its first frame to its last, in the calling thread."""

    def __call__(self, camera: Camera, events: Events, limits: Limits, switches: Switches) -> None:
        """Emit events until the camera ends, a limit is reached, or `switches.stop` is set."""
        ...


def separate_steps(networks: Networks, framing: Callable[[], Framing] | None = None) -> RunStream:
    """Run each stream by `app.loop.run` with its own framing; the networks' engine must be thread-safe."""

    def run_stream(camera: Camera, events: Events, limits: Limits, switches: Switches) -> None:
        recognizer = Recognizer(networks, framing() if framing else None)
        run(camera, recognizer, events, limits=limits, switches=switches, alone=False)

    return run_stream


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The running stream of one camera."""

    number: int
    source: str = ""
    """The camera as the user gave it, for messages."""
    switches: Switches = field(default_factory=Switches)

    def __str__(self) -> str:
        return f"stream {self.number} ({self.source})" if self.source else f"stream {self.number}"


class NumberedSink:
    """Adds the stream's number to its messages; streams in several threads can use the same sink.

    Args:
        sink: receives the messages.
        lock: held while a message is passed on; shared by all streams of the sink.
        number: number of the stream.
    """

    def __init__(self, sink: Sink, lock: threading.Lock, number: int) -> None:
        self._sink, self._lock, self._number = sink, lock, number

    @property
    def wants_steps(self) -> bool:
        """Whether the sink wants every step."""
        return self._sink.wants_steps

    def take(self, message: Message) -> None:
        """Pass on one message, with the stream's number after its type."""
        head = {"v": message["v"], "type": message["type"], "stream": self._number}
        with self._lock:
            self._sink.take(head | message)


class Streams:
    """The running streams.

    Args:
        run_stream: runs one stream: the result of `separate_steps`, or `Batch.run`.
        sinks: receive the messages of every stream, with its number as `stream`.
        limits: when each stream stops before its source ends.
    """

    def __init__(self, run_stream: RunStream, sinks: Iterable[Sink], limits: Limits | None = None) -> None:
        self._run_stream, self._limits = run_stream, limits or Limits()
        self._sinks = [(sink, threading.Lock()) for sink in sinks]
        self._changed = threading.Condition()
        self._running: dict[Stream, Worker] = {}
        self._joined = 0
        self._error: BaseException | None = None
        self.failed = 0
        """Number of streams that ended because their camera could not be used."""

    def join(self, opening: Opening, source: str = "") -> Stream:
        """Start a stream; `source` names it in messages.

        Its camera is opened in the stream's thread, so that no other stream waits for it.
        """
        with self._changed:
            stream = Stream(self._joined, source)
            self._joined += 1
            end = partial(self._end, stream)
            worker = Worker(partial(self._watch, stream, opening), on_end=end, on_error=end)
            self._running[stream] = worker
            worker.start()
        return stream

    def leave(self, stream: Stream) -> None:
        """End a stream after its current frame; the others continue."""
        stream.switches.stop.set()

    def wait(self, stop: threading.Event) -> None:
        """Wait until every stream has ended or `stop` is set, then stop the remaining ones.

        Raises:
            Exception: an error of a stream that is not one of its camera, such as a full disk. It ends all streams.
        """
        with self._changed:
            while self._running and not self._error and not stop.is_set():
                self._changed.wait(0.2)
            left = dict(self._running)
        for stream in left:
            self.leave(stream)
        until_s = time.monotonic() + TIMEOUT_S
        for worker in left.values():
            worker.join(max(0.0, until_s - time.monotonic()))
        if self._error:
            raise self._error

    def _watch(self, stream: Stream, opening: Opening) -> None:
        sinks = [NumberedSink(sink, lock, stream.number) for sink, lock in self._sinks]
        with closing(opening()) as camera:
            self._run_stream(camera, Events(sinks), self._limits, stream.switches)

    def _end(self, stream: Stream, error: BaseException | None = None) -> None:
        with self._changed:
            if isinstance(error, CameraError):
                self.failed += 1
                log.error("%s: %s", stream, error)
            elif error is not None:
                self._error = self._error or error
            del self._running[stream]
            self._changed.notify_all()
