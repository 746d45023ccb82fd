"""Where engines keep what took long to find out."""

import os
import sys
from pathlib import Path

OVERRIDE = "MSTNET_CACHE"
"""The environment variable that names another folder."""


def cache_folder() -> Path:
    """The folder; it need not exist, and anything in it may be deleted at any time."""
    if given := os.environ.get(OVERRIDE):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "mstnet-live" / "engines"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mstnet-live" / "engines"
