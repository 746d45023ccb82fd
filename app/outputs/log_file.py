"""LogFile: a file that lines are appended to, by one run at a time; it may be rotated."""

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
    """Appends lines to a file. After the file was moved away, a new one is created, with the first line again.

    Raises:
        UserError: it cannot be written, or another run writes to it.
    """

    has_reader = True

    def __init__(self, path: Path) -> None:
        self._path, self.name = path, str(path)
        self._first: bytes | None = None
        self._file, self._identity = _open(path)

    def write(self, line: bytes, give_up: Event) -> bool:
        """Write a line.

        Raises:
            OSError: it cannot be written; no part of it remains.
        """
        if self._moved():
            self._file.close()
            self._file, self._identity = _open(self._path)
            if self._first:
                self._file.write(self._first, give_up)
        self._first = self._first or line
        return self._file.write(line, give_up)

    def close(self) -> None:
        self._file.close()

    def _moved(self) -> bool:
        if self._identity is None or sys.platform == "win32":  # Windows does not move open files
            return False
        try:
            there = os.stat(self._path)
        except FileNotFoundError:
            return True
        return (there.st_dev, there.st_ino) != self._identity


def _open(path: Path) -> tuple[OpenFile, tuple[int, int] | None]:
    """Open a file for this run only; also its device and inode, or None if it is not a regular file."""
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
            file.write(b"\n", Event())  # the run that wrote it was killed
    except OSError as error:
        file.close()
        raise WriteError.of(path, error) from error
    except UserError:
        file.close()
        raise
    return file, (kind.st_dev, kind.st_ino)


def _lock(descriptor: int, path: Path) -> None:
    """Lock the file for this run; the system releases the lock when the process ends."""
    if sys.platform == "win32":
        return  # Windows has no lock that lets others read the file
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UserError(f"another run writes to {path}; name another file, or end that run first") from error
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EINVAL):  # this file system has no locks
            raise


def _ends_within_a_line(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.seek(0, os.SEEK_END) > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
    except PermissionError:  # writable, but not readable
        return False
