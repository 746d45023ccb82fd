"""JSON lines: one message a line, to a file, a named pipe or standard output."""

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
"""The file name that means standard output."""


class JsonLines:
    """Writes messages, each a whole line, as they happen; whoever reads them is not waited for.

    A file keeps what is in it, and takes the lines of one run at a time. Where a reader is too slow, steps are left
    out; the summary says how many lines were, as `left_out`.

    Args:
        file: a path, or `-` for standard output.
        steps: whether every step of the network is written as well (a trace).

    Raises:
        UserError: the file cannot be written, or another run writes to it.
    """

    def __init__(self, file: str, steps: bool = False) -> None:
        self.wants_steps = steps
        self._stdout = file == STDOUT
        self._writer = LineWriter(_destination(file))
        self._said = False

    def take(self, message: Message) -> None:
        """Take one message to write.

        Raises:
            UserError: a line before it could not be written.
            BrokenPipeError: nobody reads standard output any more.
        """
        kind = message["type"]
        if kind == "summary" and self._writer.left_out:
            message = {**message, "left_out": self._writer.left_out}
        try:
            self._writer.put(f"{to_line(message)}\n".encode(), may_leave_out=kind == "step")
        except OSError as error:
            self._fail(error)
        if self._writer.left_out and not self._said:
            self._said = True
            log.warning("%s is read too slowly: steps are left out of it from now on", self._writer.name)

    def close(self) -> None:
        """Write what waits, and say what could not be written.

        Raises:
            UserError: a line could not be written.
            BrokenPipeError: nobody reads standard output any more.
        """
        try:
            unread = self._writer.close()
        except OSError as error:
            self._fail(error)
        if unread or self._writer.left_out:
            log.warning(
                "lines not written to %s, which nobody read in time: %d (left out %d, unread at the end %d)",
                self._writer.name, unread + self._writer.left_out, self._writer.left_out, unread,
            )  # fmt: skip

    def _fail(self, error: OSError) -> None:
        if isinstance(error, BrokenPipeError) and self._stdout:
            raise error  # the reader has had enough; not an error of this file
        raise UserError(
            f"cannot write events to {self._writer.name} any more ({error.strerror}); the lines before this are whole"
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
    except OSError:  # it is made, or told why not, when it is opened
        return False
