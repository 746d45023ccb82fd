"""The folders of a user that the app writes to."""

import os
import sys
from pathlib import Path

NAME = "mstnet-live"


def config_folder() -> Path:
    """Where what a user decided is kept. It need not exist yet."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home() / "AppData" / "Roaming")) / NAME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / NAME
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / NAME
