"""Packages that the commands of `training` need in addition to those of the app."""

import sys
from importlib.util import find_spec

NEEDED = ("torch", "onnx", "matplotlib", "sklearn")
"""Packages of requirements-training.txt that the app does not need."""


def require(name: str = "training") -> None:
    """Exit with status 2 and one line that starts with `name` if one of NEEDED is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(f"{name}: {missing[0]} is not installed; `pip install -r requirements-training.txt`\n")
        sys.exit(2)
