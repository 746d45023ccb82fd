"""Files that are there whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from models.errors import UserError

FULL = (errno.ENOSPC, errno.EDQUOT)


class WriteError(UserError):
    """A file or a folder cannot be written."""

    @classmethod
    def of(cls, path: Path, error: OSError) -> "WriteError":
        """What the system said, and what to do: only where the disk is full does room help."""
        advice = "make room, or choose another place" if error.errno in FULL else "choose a place that can be written"
        return cls(f"cannot write {path} ({error.strerror or error}); {advice}")


@contextmanager
def whole_file(path: Path, private: bool = False) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place at the end unless something went wrong.

    Args:
        path: of the file; folders that are missing are made.
        private: whether the file and those folders are for nobody else to read.

    Raises:
        WriteError: it cannot be written; what was there before still is.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        for folder in reversed([path.parent, *path.parent.parents]):
            folder.mkdir(exist_ok=True, mode=0o700 if private else 0o777)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if private else 0o666))
        yield unfinished
        with unfinished.open("rb+") as file:
            os.fsync(file.fileno())  # else a power cut may leave the new name on an empty file
        os.replace(unfinished, path)
    except OSError as error:
        raise WriteError.of(path, error) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes, private: bool = False) -> None:
    """Write a file whole or not at all.

    Raises:
        WriteError: it cannot be written; what was there before still is.
    """
    with whole_file(path, private) as unfinished:
        unfinished.write_bytes(data)
