"""Where engines keep what took long to find out."""

import os
from pathlib import Path

from common.user_folders import user_folder

OVERRIDE = "MSTNET_CACHE"
"""The environment variable that names another folder."""


def cache_folder() -> Path:
    """The folder; it need not exist, and anything in it may be deleted at any time.

    Raises:
        UserError: this user has no home folder, and none is named.
    """
    if given := os.environ.get(OVERRIDE):
        return Path(given)
    return user_folder("cache") / "engines"
