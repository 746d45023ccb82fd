"""User folders: where a user's settings, data and cache lie."""

import os
import sys
from pathlib import Path
from typing import Literal

from common.errors import UserError

NAME = "mstnet-live"
UNIX = {
    "config": ("XDG_CONFIG_HOME", ".config"),
    "data": ("XDG_DATA_HOME", ".local/share"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}
WINDOWS = {
    "config": ("APPDATA", "AppData/Roaming"),
    "data": ("LOCALAPPDATA", "AppData/Local"),
    "cache": ("LOCALAPPDATA", "AppData/Local"),
}
"""For each kind, the variable that names the folder of all programs, and where that is below the home."""


DATA, CACHE = "MSTNET_DATA", "MSTNET_CACHE"
"""Environment variables that name other folders for what was recorded, and for what engines keep."""


def user_folder(kind: Literal["config", "data", "cache"], override: str = "") -> Path:
    """The user's folder of this program; it need not exist.

    Args:
        kind: settings, what was recorded, or what can be made again.
        override: an environment variable that names another folder.

    Raises:
        UserError: the user has no home folder, as in a container, and nothing names another one.
    """
    if override and (given := os.environ.get(override)):
        return Path(given)
    if sys.platform == "darwin" and kind != "cache":
        return _home(override) / "Library" / "Application Support" / NAME
    variable, below_home = (WINDOWS if sys.platform == "win32" else UNIX)[kind]
    base = Path(os.environ.get(variable) or _home(override or variable) / below_home)
    return base / NAME


def data_folder() -> Path:
    """The user's data folder of this program; it need not exist.

    Raises:
        UserError: this user has no home folder, and none is named.
    """
    return user_folder("data", DATA)


def cache_folder() -> Path:
    """Where engines keep what took long to find out. It need not exist, and may be deleted at any time.

    Raises:
        UserError: this user has no home folder, and none is named.
    """
    if given := os.environ.get(CACHE):
        return Path(given)
    return user_folder("cache") / "engines"


def _home(variable: str) -> Path:
    try:
        home = Path.home()
    except RuntimeError:  # no HOME, and the system does not know the user
        home = Path()
    if not home.is_absolute() or os.environ.get("HOME") == "":
        advice = f"HOME or {variable}" if variable else "HOME"
        raise UserError(f"this user has no home folder to keep files in; set {advice} to a folder that can be written")
    return home
