"""The user's folders for settings, data and cache."""

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
"""For each kind, the variable with the folder of all programs, and its default below the home folder."""


DATA, CACHE = "MSTNET_DATA", "MSTNET_CACHE"
"""Environment variables with other folders for recorded data, and for the caches of engines."""


def user_folder(kind: Literal["config", "data", "cache"], override: str = "") -> Path:
    """The user's folder for this program; it may not exist yet.

    Args:
        kind: settings, data, or cache.
        override: an environment variable with another folder.

    Raises:
        UserError: there is no home folder, as in a container, and no variable with another one.
    """
    if override and (given := os.environ.get(override)):
        return Path(given)
    if sys.platform == "darwin" and kind != "cache":
        return _home(override) / "Library" / "Application Support" / NAME
    variable, below_home = (WINDOWS if sys.platform == "win32" else UNIX)[kind]
    base = Path(os.environ.get(variable) or _home(override or variable) / below_home)
    return base / NAME


def data_folder() -> Path:
    """The user's data folder for this program; it may not exist yet.

    Raises:
        UserError: this user has no home folder, and none is named.
    """
    return user_folder("data", DATA)


def cache_folder() -> Path:
    """The folder for caches of engines. It may not exist yet, and may be deleted at any time.

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
