"""Where a person's data lies: in their own data folder, under plain names."""

import os
import re
import sys
import unicodedata
from pathlib import Path

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
