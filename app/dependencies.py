"""Checks the packages that the app always needs, and reports a missing one in one line."""

import importlib
import os
import signal
import sys

from common.errors import first_line

NEEDED = ("numpy", "cv2", "av", "onnxruntime")


def require() -> None:
    """Exit with status 2 and one line if a package is missing or lacks a system library.

    Until `loaded` is called, Ctrl-C ends the process immediately: a KeyboardInterrupt within an import may be raised
    as another error, or be lost.
    """
    signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    module = ""
    try:
        for module in NEEDED:
            importlib.import_module(module)
    except ImportError as error:
        sys.stderr.write(f"mstnet: {module} does not load here: {_reason(module, error)}\n")
        sys.exit(2)


def loaded() -> None:
    """Make Ctrl-C a KeyboardInterrupt again; to be called when all is imported."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _reason(module: str, error: ImportError) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == module:
        return "it is not installed. Run `pip install -r requirements.txt`, or `make run`."
    cause = first_line(error)  # numpy's message has many lines
    if module == "cv2" and ".so" in cause:
        return (
            f"{cause}. Install that system library (on Debian: apt-get install libgl1 libglib2.0-0), or, without a "
            "display, `pip install -r requirements-headless.txt` in a separate environment."
        )
    return f"{cause}. Install it again: `pip install --force-reinstall -r requirements.txt`."
