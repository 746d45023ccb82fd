"""NamedPipe: a FIFO whose readers may connect late, leave, and connect again."""

import errno
import os
from pathlib import Path
from threading import Event

from app.outputs.open_file import POLL_INTERVAL_S, OpenFile
from common.log import log
from common.whole_file import WriteError


class NamedPipe:
    """Writes to the current reader of a FIFO. Each new reader gets the first line, the header, again.

    Raises:
        UserError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path, self.name = path, str(path)
        self._first: bytes | None = None
        self._reader: OpenFile | None = None
        try:
            self._reader = self._look_for_reader()
        except OSError as error:
            raise WriteError.of(path, error) from error
        if not self._reader:
            log.info("%s has no reader yet; up to 16 MiB of lines are kept", self.name)

    def write(self, line: bytes, give_up: Event) -> bool:
        """Write a line to the current or the next reader; False if `give_up` was set while waiting."""
        while True:
            if not self._reader and not self._find_reader(give_up):
                return False
            assert self._reader
            try:
                if not self._reader.write(line, give_up):
                    return False
            except BrokenPipeError:
                self._lose_reader()
                continue
            self._first = self._first or line
            return True

    def close(self) -> None:
        """Close the connection to the reader."""
        if self._reader:
            self._reader.close()
            self._reader = None

    @property
    def has_reader(self) -> bool:
        """Whether it has a reader."""
        return self._reader is not None

    def _find_reader(self, give_up: Event) -> bool:
        """Wait for a reader and write the first line to it."""
        while not give_up.is_set():
            self._reader = self._look_for_reader()
            if self._reader and (not self._first or self._begins(self._reader, self._first, give_up)):
                return True
            give_up.wait(POLL_INTERVAL_S)
        return False

    def _begins(self, reader: OpenFile, first: bytes, give_up: Event) -> bool:
        try:
            return reader.write(first, give_up)
        except BrokenPipeError:
            self.close()
            return False

    def _lose_reader(self) -> None:
        log.warning("%s has no reader any more; up to 16 MiB of lines are kept for the next reader", self.name)
        self.close()

    def _look_for_reader(self) -> OpenFile | None:
        try:
            return OpenFile(os.open(self._path, os.O_WRONLY | os.O_NONBLOCK), self.name)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return None
            raise
