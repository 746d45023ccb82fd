"""OpenFile: a descriptor that lines are written to whole, whatever kind of file or pipe is behind it."""

import os
import select
import stat
import sys
from contextlib import suppress
from threading import Event

LOOK_EVERY_S = 0.1
"""How often somebody who waits for a reader looks whether to give up."""
PIECE = getattr(select, "PIPE_BUF", 512)
"""Bytes that a pipe takes in one piece or not at all."""


class OpenFile:
    """Writes to a descriptor that is open: a file, a pipe, a terminal, a socket; blocking or not.

    Args:
        descriptor: where to write.
        name: what people call it.
        owned: whether `close` closes it.
    """

    def __init__(self, descriptor: int, name: str, owned: bool = True) -> None:
        self._descriptor, self.name, self._owned = descriptor, name, owned
        self.read = True
        """Whether anybody may still read it; who no longer does is told by an error."""
        self._regular = stat.S_ISREG(os.fstat(descriptor).st_mode)

    def write(self, line: bytes, give_up: Event) -> bool:
        """Write a line, and wait for its reader; False where that was given up before anything was written.

        Raises:
            OSError: it cannot be written; of a file, nothing of the line is left.
        """
        return self._write_to_file(line) if self._regular else self._write_to_reader(line, give_up)

    def close(self) -> None:
        """Close the descriptor, if it is ours."""
        if self._owned:
            with suppress(OSError):
                os.close(self._descriptor)

    def _write_to_file(self, line: bytes) -> bool:
        size = os.fstat(self._descriptor).st_size
        try:
            _write_all(self._descriptor, line)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, size)  # a full disk takes half a line
            raise
        return True

    def _write_to_reader(self, line: bytes, give_up: Event) -> bool:
        for start in range(0, len(line), PIECE):
            if not wait_for_room(self._descriptor, give_up):
                return False
            _write_all(self._descriptor, line[start : start + PIECE])
        return True


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[_write_some(descriptor, data) :]


def _write_some(descriptor: int, data: bytes) -> int:
    try:
        return os.write(descriptor, data)
    except BlockingIOError:  # the room that there was is gone: somebody else writes here as well
        select.select([], [descriptor], [], LOOK_EVERY_S)
        return 0


def wait_for_room(descriptor: int, give_up: Event) -> bool:
    """Wait until a pipe, terminal or socket takes a piece; False when given up."""
    if sys.platform == "win32":  # it can be asked of sockets only; a thread that writes waits in the system
        return not give_up.is_set()
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    while not poll.poll(1000 * LOOK_EVERY_S):
        if give_up.is_set():
            return False
    return True
