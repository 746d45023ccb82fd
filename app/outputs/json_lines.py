"""JSON lines: one message a line, in a file or on standard output."""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from app.events import Message, to_line
from models.errors import UserError
from models.whole_file import WriteError

STDOUT = "-"
"""The file name that means standard output."""


class JsonLines:
    """Writes messages to a file. Every line is written whole, in one piece, as it happens.

    Args:
        file: a path, or `-` for standard output.
        steps: whether every step of the network is written as well (a trace).

    Raises:
        UserError: the file cannot be written.
    """

    def __init__(self, file: str, steps: bool = False) -> None:
        self.wants_steps = steps
        self._begun = False
        self._name = "standard output" if file == STDOUT else file
        if file == STDOUT and sys.stdout is None:
            raise UserError("standard output is closed; write events to a file with --events FILE")
        try:
            # What an older run wrote goes only when there is something to write: the camera may not even open.
            self._out: TextIO = sys.stdout if file == STDOUT else Path(file).open("a", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            raise WriteError.of(Path(file), error) from error

    def take(self, message: Message) -> None:
        """Write one message."""
        try:
            self._begin()
            self._out.write(to_line(message) + "\n")
            self._out.flush()
        except BrokenPipeError:
            raise  # the reader has had enough; not an error of this file
        except OSError as error:
            raise UserError(
                f"cannot write events to {self._name} any more ({error.strerror}); the lines before this are whole"
            ) from error

    def _begin(self) -> None:
        """Before the first line, remove those of an older run; a pipe or a terminal has none."""
        if self._begun:
            return
        self._begun = True
        if self._out is not sys.stdout and stat.S_ISREG(os.fstat(self._out.fileno()).st_mode):
            self._out.truncate(0)

    def close(self) -> None:
        """Close the file; standard output stays open."""
        if self._out is not sys.stdout:
            with suppress(OSError):  # a full disk was told when the line was written
                self._out.close()
