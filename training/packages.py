"""What the commands of this room need besides the app's own packages."""

import sys
from importlib.util import find_spec

NEEDED = ("torch", "onnx", "matplotlib", "sklearn")
"""What requirements-training.txt brings on top of the app's own packages."""


def require(name: str = "training") -> None:
    """Exit with 2 and one line, under this name, where the packages of this room are not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(f"{name}: {missing[0]} is not installed; `pip install -r requirements-training.txt`\n")
        sys.exit(2)
