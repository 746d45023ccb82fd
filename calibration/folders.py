"""Where a person's data lies: in their own data folder, readable by nobody else, and written whole."""

import os
import re
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from models.errors import UserError

NAME = "mstnet-live"
OVERRIDE = "MSTNET_DATA"
"""The environment variable that names another folder."""
_PLAIN = re.compile(r"[^\w-]+")


def data_folder() -> Path:
    """The user's data folder of this program; it need not exist."""
    if given := os.environ.get(OVERRIDE):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / NAME


def plain(name: str) -> str:
    """A name as a file is called, such as `Draw_a_circle`.

    Raises:
        UserError: nothing is left of it.
    """
    file_name = _PLAIN.sub("_", unicodedata.normalize("NFC", name)).strip("_")
    if not file_name:
        raise UserError(f"{name!r} is no name; give one with a letter or a digit in it")
    return file_name


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a private file whole or not at all: beside it first, then put in its place.

    Raises:
        UserError: it cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        for folder in reversed([path.parent, *path.parent.parents]):
            folder.mkdir(exist_ok=True, mode=0o700)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise UserError(f"cannot write {path} ({error.strerror}); free or choose another place") from error
