"""SharedEngine: one engine for several threads, at most N concurrent steps, first in, first out."""

from concurrent.futures import ThreadPoolExecutor

from models.engines.base import Engine, Output
from models.frame import Image
from models.spec import ModelSpec
from models.state import StreamState


class SharedEngine:
    """An engine shared by streams that run in separate threads.

    A stream waits for its step before it requests the next one, so each has at most one step in the queue: the streams
    are served in turn, and the queue never holds more steps than there are streams.

    Args:
        engine: the inner engine, which runs the steps.
        max_concurrent: maximum number of concurrent steps, one thread each; 1 for engines that are not thread-safe.
    """

    def __init__(self, engine: Engine, max_concurrent: int) -> None:
        self._engine = engine
        self._queue = ThreadPoolExecutor(max_concurrent, thread_name_prefix="step")

    @property
    def spec(self) -> ModelSpec:
        return self._engine.spec

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def streams(self) -> int:
        """The inner engine's number of streams."""
        return self._engine.streams

    def start(self, lag_divisor: int = 1) -> StreamState:
        """The inner engine's empty past."""
        return self._engine.start(lag_divisor)

    def forget(self, row: int, state: StreamState) -> StreamState:
        """Let the inner engine forget one row."""
        return self._engine.forget(row, state)

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Queue a step of the inner engine and wait for its result."""
        return self._queue.submit(self._engine.step, picture, state).result()

    def close(self) -> None:
        """Finish the queued steps, then close the inner engine."""
        self._queue.shutdown()
        self._engine.close()
