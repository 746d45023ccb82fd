"""Writes files atomically."""

import errno
import glob
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from common.errors import UserError

FULL = (errno.ENOSPC, errno.EDQUOT)


class WriteError(UserError):
    """A file or a folder cannot be written."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> "WriteError":
        """The system's error, and what to do, which depends on whether the disk is full."""
        advice = "make room, or choose another place" if error.errno in FULL else "choose a place that can be written"
        return cls(f"cannot write {path} ({error.strerror or error}); {advice}")


@contextmanager
def whole_file(path: Path, private: bool = False) -> Iterator[Path]:
    """Yield a temporary file in the folder of `path`, which replaces `path` at the end of the block without an error.

    Args:
        path: the file; missing folders are created.
        private: make the file and new folders readable by this user only.

    Raises:
        WriteError: it cannot be written; an existing file is unchanged.
        OSError: the caller's error with another file.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        for folder in reversed([path.parent, *path.parent.parents]):
            folder.mkdir(exist_ok=True, mode=0o700 if private else 0o777)
        _remove_abandoned(path)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666))
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())  # otherwise a power failure may leave an empty file with the new name
        os.replace(unfinished, path)
    except OSError as error:
        if _is_of_another_file(error, [path, unfinished, *path.parents]):
            raise
        raise WriteError.of(path, error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _is_of_another_file(error: OSError, ours: Iterable[Path]) -> bool:
    """Whether an error is about another file; the error of a full disk names no file."""
    named = error.filename is not None and str(error.filename) not in map(str, ours)
    return named or isinstance(error, BrokenPipeError)


def _remove_abandoned(path: Path) -> None:
    """Remove temporary files of writers of the same file that were killed."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        pid = left.name.split(".")[-2]
        if pid.isdecimal() and _is_gone(int(pid)):
            with suppress(OSError):
                left.unlink()


def _is_gone(pid: int) -> bool:
    """Whether a process has ended. Always False on Windows, where the check would end the process."""
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:  # it is someone else's
        return False
    return False


def write_whole(path: Path, data: bytes, private: bool = False) -> None:
    """Write a file atomically.

    Raises:
        WriteError: it cannot be written; what was there before still is.
    """
    with whole_file(path, private) as unfinished:
        unfinished.write_bytes(data)
