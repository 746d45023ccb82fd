"""LineWriter: writes lines to a file or a reader in a separate thread, so that the caller never waits."""

import math
import os
import threading
from collections import deque
from typing import Protocol

from app.outputs.open_file import POLL_INTERVAL_S
from app.shutdown import SHUTDOWN_TIMEOUT_S, join
from common.errors import UserError

MAX_WAITING_BYTES = 16 * 2**20
"""Limit of the bytes that wait for a slow reader: above it, droppable lines are dropped; above twice that, all."""


class Destination(Protocol):
    """A destination of lines."""

    name: str
    """Its name in messages."""

    @property
    def has_reader(self) -> bool:
        """Whether it has a reader."""
        ...

    def write(self, line: bytes, give_up: threading.Event) -> bool:
        """Write a complete line; False if `give_up` was set while waiting for the reader."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class LineWriter:
    """Queues lines until its thread has written them, in order and complete.

    Args:
        to: the destination; closed at the end.
        max_bytes: limit of the bytes that wait.
    """

    def __init__(self, to: Destination, max_bytes: int = MAX_WAITING_BYTES) -> None:
        self._to, self._max_bytes = to, max_bytes
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._closing = False
        self._error: OSError | None = None
        self._changed = threading.Condition()
        self._give_up = threading.Event()
        self.left_out = 0
        """Number of lines that were dropped because too many waited."""
        self._thread = threading.Thread(target=self._work, name=f"lines to {to.name}", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        return self._to.name

    def put(self, line: bytes, droppable: bool = False) -> None:
        """Queue a line. It is dropped, and counted, if the queue is full.

        Raises:
            OSError: no line can be written any more; BrokenPipeError if the reader has closed the pipe.
        """
        with self._changed:
            self._raise_error()
            if self._bytes + len(line) > (1 if droppable else 2) * self._max_bytes:
                self.left_out += 1
                return
            self._waiting.append(line)
            self._bytes += len(line)
            self._changed.notify_all()

    def close(self, timeout_s: float = math.inf) -> int:
        """Write the waiting lines; return the number of lines that could not be written.

        It waits for a reader, as every program in a pipeline does, unless a shutdown is requested.

        Args:
            timeout_s: how long to wait for a reader; without a reader, `SHUTDOWN_TIMEOUT_S`.

        Raises:
            OSError: a line could not be written.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        join(self._thread, timeout_s if self._to.has_reader else SHUTDOWN_TIMEOUT_S)
        self._give_up.set()
        self._thread.join(2 * POLL_INTERVAL_S)
        with self._changed:
            self._raise_error()
            return len(self._waiting)

    def _raise_error(self) -> None:
        if self._error:
            raise OSError(self._error.errno, self._error.strerror or os.strerror(self._error.errno or 0))

    def _work(self) -> None:
        try:
            while (line := self._next()) is not None and self._to.write(line, self._give_up):
                with self._changed:
                    self._bytes -= len(self._waiting.popleft())
        except OSError as error:
            self._end_with(error)
        except UserError as error:  # a log that was moved away, and a new one cannot be created
            self._end_with(error.__cause__ if isinstance(error.__cause__, OSError) else OSError(0, str(error)))
        finally:
            self._to.close()

    def _end_with(self, error: OSError) -> None:
        with self._changed:
            self._error = error

    def _next(self) -> bytes | None:
        """The next line, which stays in the queue until it is written; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return self._waiting[0] if self._waiting else None
