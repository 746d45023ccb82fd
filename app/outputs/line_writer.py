"""LineWriter: lines to a file or a reader, written in a thread of their own, so that nobody waits for the reader."""

import math
import os
import threading
from collections import deque
from typing import Protocol

from app.outputs.open_file import LOOK_EVERY_S
from app.shutdown import SHUTDOWN_TIMEOUT_S, join
from common.errors import UserError

ROOM = 16 * 2**20
"""Bytes that may wait for a slow reader. From there on, lines that may be left out are; from twice that on, all."""


class Destination(Protocol):
    """Where lines go."""

    name: str
    """What people call it."""

    @property
    def read(self) -> bool:
        """Whether anybody is there who may still read."""
        ...

    def write(self, line: bytes, give_up: threading.Event) -> bool:
        """Write a line whole; False where waiting for its reader was given up."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class LineWriter:
    """Keeps lines until its thread has written them, in order and whole.

    Args:
        to: where they go; closed at the end.
        room: bytes that may wait.
    """

    def __init__(self, to: Destination, room: int = ROOM) -> None:
        self._to, self._room = to, room
        self._waiting: deque[bytes] = deque()
        self._bytes = 0
        self._closing = False
        self._error: OSError | None = None
        self._changed = threading.Condition()
        self._give_up = threading.Event()
        self.left_out = 0
        """Lines that were not taken, because too many waited."""
        self._thread = threading.Thread(target=self._work, name=f"lines to {to.name}", daemon=True)
        self._thread.start()

    @property
    def name(self) -> str:
        """What people call the place where the lines go."""
        return self._to.name

    def put(self, line: bytes, may_leave_out: bool = False) -> None:
        """Take a line. It is left out, and counted, where there is no room for it.

        Raises:
            OSError: no line can be written any more; BrokenPipeError where the reader has left.
        """
        with self._changed:
            self._raise_error()
            if self._bytes + len(line) > (1 if may_leave_out else 2) * self._room:
                self.left_out += 1
                return
            self._waiting.append(line)
            self._bytes += len(line)
            self._changed.notify_all()

    def close(self, patience_s: float = math.inf) -> int:
        """Write what waits; how many lines could not be.

        A reader is waited for, as any program in a pipeline does, unless a shutdown is requested.

        Args:
            patience_s: how long to wait for a reader; where there is none, the wait is short.

        Raises:
            OSError: a line could not be written.
        """
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        join(self._thread, patience_s if self._to.read else SHUTDOWN_TIMEOUT_S)
        self._give_up.set()
        self._thread.join(2 * LOOK_EVERY_S)
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
        except UserError as error:  # a log that was moved away, and cannot begin anew
            self._end_with(error.__cause__ if isinstance(error.__cause__, OSError) else OSError(0, str(error)))
        finally:
            self._to.close()

    def _end_with(self, error: OSError) -> None:
        with self._changed:
            self._error = error

    def _next(self) -> bytes | None:
        """The next line, which stays where it is until it is written; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return self._waiting[0] if self._waiting else None
