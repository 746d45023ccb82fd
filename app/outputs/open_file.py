"""OpenFile: writes complete lines to an open descriptor of any kind of file, pipe or socket."""

import os
import select
import stat
import sys
from contextlib import suppress
from threading import Event

POLL_INTERVAL_S = 0.1
"""How often a write that waits for its reader checks whether to give up."""
CHUNK_BYTES = getattr(select, "PIPE_BUF", 512)
"""Number of bytes that a pipe accepts atomically."""


class OpenFile:
    """Writes to an open descriptor: a file, pipe, terminal or socket; blocking or not.

    Args:
        descriptor: the descriptor.
        name: its name in messages.
        owned: whether `close` closes it.
    """

    def __init__(self, descriptor: int, name: str, owned: bool = True) -> None:
        self._descriptor, self.name, self._owned = descriptor, name, owned
        self.has_reader = True
        """Always true: a reader that has left is reported by an error."""
        self._regular = stat.S_ISREG(os.fstat(descriptor).st_mode)

    def write(self, line: bytes, give_up: Event) -> bool:
        """Write a line, and wait for its reader; False if `give_up` was set before a byte was written.

        Raises:
            OSError: it cannot be written; in a file, no part of the line remains.
        """
        return self._write_to_file(line) if self._regular else self._write_to_reader(line, give_up)

    def close(self) -> None:
        """Close the descriptor, if it is owned."""
        if self._owned:
            with suppress(OSError):
                os.close(self._descriptor)

    def _write_to_file(self, line: bytes) -> bool:
        size = os.fstat(self._descriptor).st_size
        try:
            _write_all(self._descriptor, line)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, size)  # on a full disk, a part of the line may be written
            raise
        return True

    def _write_to_reader(self, line: bytes, give_up: Event) -> bool:
        for start in range(0, len(line), CHUNK_BYTES):
            if not wait_for_room(self._descriptor, give_up):
                return False
            _write_all(self._descriptor, line[start : start + CHUNK_BYTES])
        return True


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[_write_some(descriptor, data) :]


def _write_some(descriptor: int, data: bytes) -> int:
    try:
        return os.write(descriptor, data)
    except BlockingIOError:  # another process has filled the pipe in between
        select.select([], [descriptor], [], POLL_INTERVAL_S)
        return 0


def wait_for_room(descriptor: int, give_up: Event) -> bool:
    """Wait until a pipe, terminal or socket accepts a chunk; False if `give_up` was set."""
    if sys.platform == "win32":  # only sockets can be polled; the writing thread waits in the system
        return not give_up.is_set()
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    while not poll.poll(1000 * POLL_INTERVAL_S):
        if give_up.is_set():
            return False
    return True
