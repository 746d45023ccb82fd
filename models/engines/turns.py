"""Turns: one engine for many threads, so many steps at a time, first come first served."""

from concurrent.futures import ThreadPoolExecutor

from models.engines.base import Engine, Output, PassingEngine
from models.frame import Image
from models.state import StreamState


class TurnsEngine(PassingEngine):
    """An engine that streams in threads of their own share.

    A stream waits for its step before it can ask for the next, so it has one at most in the queue: nobody gets a
    second one before all who waited got theirs, and nothing piles up.

    Args:
        engine: who does the work.
        at_once: how many steps may run at a time, a thread each; 1 for engines that are not safe to share.
    """

    def __init__(self, engine: Engine, at_once: int) -> None:
        super().__init__(engine)
        self._queue = ThreadPoolExecutor(at_once, thread_name_prefix="step")

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Wait for a turn, and step the inner engine."""
        return self._queue.submit(super().step, picture, state).result()

    def close(self) -> None:
        """Finish the steps that wait, then close the inner engine."""
        self._queue.shutdown()
        super().close()
