"""LogFile: a file that runs add lines to, one run at a time, also while it is rotated."""

import errno
import os
import stat
import sys
from pathlib import Path
from threading import Event

from app.outputs.open_file import OpenFile
from common.errors import UserError
from common.whole_file import WriteError


class LogFile:
    """Adds lines at a file's end. Where the file was moved away, a new one begins, with the first line again.

    Raises:
        UserError: it cannot be written, or another run writes to it.
    """

    read = True

    def __init__(self, path: Path) -> None:
        self._path, self.name = path, str(path)
        self._first: bytes | None = None
        self._file, self._identity = _open(path)

    def write(self, line: bytes, give_up: Event) -> bool:
        """Write a line.

        Raises:
            OSError: it cannot be written; nothing of it is left.
        """
        if self._moved():
            self._file.close()
            self._file, self._identity = _open(self._path)
            if self._first:
                self._file.write(self._first, give_up)
        self._first = self._first or line
        return self._file.write(line, give_up)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _moved(self) -> bool:
        if self._identity is None or sys.platform == "win32":  # there, an open file stays where it is
            return False
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return True
        return (there.st_dev, there.st_ino) != self._identity


def _open(path: Path) -> tuple[OpenFile, tuple[int, int] | None]:
    """Open it for this run alone; and what tells it from other files, where it is one."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    except OSError as error:
        raise WriteError.of(path, error) from error
    file, kind = OpenFile(descriptor, str(path)), os.fstat(descriptor)
    if not stat.S_ISREG(kind.st_mode):
        return file, None
    try:
        _lock(descriptor, path)
        if _ends_within_a_line(path):
            file.write(b"\n", Event())  # whoever wrote it was killed
    except OSError as error:
        file.close()
        raise WriteError.of(path, error) from error
    except UserError:
        file.close()
        raise
    return file, (kind.st_dev, kind.st_ino)


def _lock(descriptor: int, path: Path) -> None:
    """Take the file for this run; the system lets go of it when the run ends, however it does."""
    if sys.platform == "win32":
        return  # nothing there locks a file and lets others read it
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UserError(f"another run writes to {path}; name another file, or end that run first") from error
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):  # this file system knows no locks
            raise


def _ends_within_a_line(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
    except PermissionError:  # it may be written and not read
        return False
