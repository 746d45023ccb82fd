"""StderrHandler: log lines to standard error, written by a thread of their own: who reads them is not waited for."""

import logging
import sys
from contextlib import suppress

from app.outputs.line_writer import LineWriter
from app.outputs.open_file import OpenFile


class StderrHandler(logging.Handler):
    """Writes whole lines to standard error; nothing where it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._writer: LineWriter | None = None
        if sys.stderr is not None:
            self._writer = LineWriter(OpenFile(sys.stderr.fileno(), "standard error", owned=False))

    def emit(self, record: logging.LogRecord) -> None:
        """Take one line."""
        if self._writer:
            with suppress(OSError):  # there is nowhere to tell of it
                self._writer.put(f"{self.format(record)}\n".encode(errors="backslashreplace"), may_leave_out=True)

    def close(self) -> None:
        """Write what waits; whoever does not read the last lines does not keep the program from ending."""
        if self._writer:
            with suppress(OSError):
                self._writer.close(patience_s=0.5)
        super().close()
