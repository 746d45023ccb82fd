"""StderrHandler: log lines to standard error, written by a separate thread, so that a slow reader delays nothing."""

import logging
import sys
from contextlib import suppress

from app.outputs.line_writer import LineWriter
from app.outputs.open_file import OpenFile


class StderrHandler(logging.Handler):
    """Writes complete lines to standard error; does nothing if it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._writer: LineWriter | None = None
        if sys.stderr is not None:
            self._writer = LineWriter(OpenFile(sys.stderr.fileno(), "standard error", owned=False))

    def emit(self, record: logging.LogRecord) -> None:
        if self._writer:
            with suppress(OSError):  # this error cannot be logged anywhere
                self._writer.put(f"{self.format(record)}\n".encode(errors="backslashreplace"), droppable=True)

    def close(self) -> None:
        """Write the waiting lines; gives up after a short timeout, so that the program can end."""
        if self._writer:
            with suppress(OSError):
                self._writer.close(timeout_s=0.5)
        super().close()
