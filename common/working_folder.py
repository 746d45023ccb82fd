"""The working folder, which may have been deleted while a shell is in it."""

import os

NO_WORKING_FOLDER = (
    "the working folder no longer exists, and PyTorch does not load without one; change to another folder"
)


def has_working_folder() -> bool:
    """Whether the working folder exists. Intel's MKL, which PyTorch loads, ends the process without one."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return False
    return True
