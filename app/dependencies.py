"""Whether the packages that everything stands on load here; said in one line before anything imports them."""

import importlib
import os
import signal
import sys

from common.errors import first_line

NEEDED = ("numpy", "cv2", "av", "onnxruntime")


def require() -> None:
    """Exit with 2 and one line when a package is missing or lacks a system library.

    Until `loaded` is called, Ctrl-C ends the process at once: an interrupt in the middle of an import comes out of it
    as any error there is, or not at all.
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
    """Everything is imported: Ctrl-C is a KeyboardInterrupt again."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _reason(module: str, error: ImportError) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name == module:
        return "it is not installed. Run `pip install -r requirements.txt`, or `make run`."
    said = first_line(error)  # numpy says it on a whole page
    if module == "cv2" and ".so" in said:
        return (
            f"{said}. Install that system library (on Debian: apt-get install libgl1 libglib2.0-0), or, where there "
            "is no display, `pip install -r requirements-headless.txt` in an environment of its own."
        )
    return f"{said}. Install it again: `pip install --force-reinstall -r requirements.txt`."
