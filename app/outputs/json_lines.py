"""JSON lines: one message per line, to a file, a named pipe or standard output."""

import os
import stat
import sys
from pathlib import Path

from app.events import Message, to_line
from app.outputs.line_writer import LineWriter
from app.outputs.log_file import LogFile
from app.outputs.named_pipe import NamedPipe
from app.outputs.open_file import OpenFile
from common.errors import UserError
from common.log import log

STDOUT = "-"
"""The file name for standard output."""


class JsonLines:
    """A sink that writes each message as one line, immediately and without waiting for a reader.

    Lines are appended to a file, by one run at a time. If a reader is too slow, steps are dropped; the summary has the
    number of dropped lines as `left_out`.

    Args:
        file: a path, or `-` for standard output.
        steps: whether to write every step of the networks as well (a trace).

    Raises:
        UserError: the file cannot be written, or another run writes to it.
    """

    def __init__(self, file: str, steps: bool = False) -> None:
        self.wants_steps = steps
        self._stdout = file == STDOUT
        self._writer = LineWriter(_destination(file))
        self._warned = False

    def take(self, message: Message) -> None:
        """Queue one message to be written.

        Raises:
            UserError: an earlier line could not be written.
            BrokenPipeError: the reader of standard output has closed it.
        """
        kind = message["type"]
        if kind == "summary" and self._writer.left_out:
            message = {**message, "left_out": self._writer.left_out}
        try:
            self._writer.put(f"{to_line(message)}\n".encode(), droppable=kind == "step")
        except OSError as error:
            self._fail(error)
        if self._writer.left_out and not self._warned:
            self._warned = True
            log.warning("%s is read too slowly: steps are dropped from now on", self._writer.name)

    def close(self) -> None:
        """Write the waiting lines, and log how many could not be written.

        Raises:
            UserError: a line could not be written.
            BrokenPipeError: the reader of standard output has closed it.
        """
        try:
            unread = self._writer.close()
        except OSError as error:
            self._fail(error)
        if unread or self._writer.left_out:
            log.warning(
                "lines not written to %s, which was not read in time: %d (dropped %d, unread at the end %d)",
                self._writer.name, unread + self._writer.left_out, self._writer.left_out, unread,
            )  # fmt: skip

    def _fail(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError) and self._stdout:
            raise error  # the reader has closed the pipe; not an error
        raise UserError(
            f"cannot write events to {self._writer.name} any more ({error.strerror}); the earlier lines are complete"
        ) from error


def _destination(file: str) -> OpenFile | NamedPipe | LogFile:
    if file == STDOUT:
        if sys.stdout is None:
            raise UserError("standard output is closed; write events to a file with --events FILE")
        return OpenFile(sys.stdout.fileno(), "standard output", owned=False)
    path = Path(file)
    if _is_named_pipe(path):
        return NamedPipe(path)
    return LogFile(path)


def _is_named_pipe(path: Path) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except OSError:  # opening it creates the file or reports the error
        return False
