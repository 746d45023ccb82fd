"""Packages that the commands of `training` need in addition to those of the app."""

import sys
from importlib.util import find_spec

from common.working_folder import NO_WORKING_FOLDER, has_working_folder

NEEDED = ("torch", "onnx", "matplotlib", "sklearn")
"""Packages of requirements-training.txt that the app does not need."""


def require(name: str = "training") -> None:
    """Exit with status 2 and one line that starts with `name` if one of NEEDED is not installed or cannot load."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(f"{name}: {missing[0]} is not installed; `pip install -r requirements-training.txt`\n")
        sys.exit(2)
    if not has_working_folder():
        sys.stderr.write(f"{name}: {NO_WORKING_FOLDER}\n")
        sys.exit(2)
