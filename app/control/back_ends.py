"""The key backends: which one to use here, and what is missing for each."""

import ctypes
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from app.control.evdev_listener import NOT_READABLE
from app.control.input_backend import InputBackend
from app.control.pynput_backend import PynputBackend, load
from app.control.pynput_listener import NO_RECORD
from app.control.uinput_backend import DEVICE, PERMISSION_ADVICE, UinputBackend
from app.control.x11_server import LISTENING, TESTING, server_lacks
from common.errors import UserError, one_line

BACK_ENDS = ("auto", "pynput", "uinput")
INPUT_DEVICES = Path("/dev/input/event*")
INSTALL = "`pip install -r requirements-control.txt`"
NO_DISPLAY = "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); start it on the desktop"
ACCESSIBILITY = "/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices"


class ControlError(UserError):
    """The desktop cannot be controlled."""


def choose(asked: str, environment: Mapping[str, str], platform: str = sys.platform) -> str:
    """The backend for this system: pynput on X11, Windows and macOS, else uinput."""
    if asked != "auto":
        return asked
    x11 = bool(environment.get("DISPLAY")) and not environment.get("WAYLAND_DISPLAY")
    return "pynput" if platform != "linux" or x11 else "uinput"


def open_backend(asked: str) -> InputBackend:
    """Open a backend; `auto` chooses the one for this system.

    Raises:
        ControlError: it does not work here; the message states what is missing and how to get it.
    """
    name = choose(asked, os.environ)
    if problem := PROBLEMS[name]():
        if asked == "auto" and name == "uinput" and not _has_display(os.environ):
            reason = f": {NO_DISPLAY}. A console needs uinput: {problem}"
        else:
            reason = f" through {name}: {problem}"
        raise ControlError(f"cannot control the desktop{reason}. --dry-run works without")
    try:
        return PynputBackend() if name == "pynput" else UinputBackend.open()
    except Exception as error:  # each backend raises its own types
        raise ControlError(f"cannot control the desktop through {name}: {one_line(error)}; see --doctor") from error


def _has_display(environment: Mapping[str, str]) -> bool:
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def pynput_problem() -> str:
    """Why pynput does not work here, and what to do; empty if it works."""
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        return "there is no X11 display; log in to an X11 desktop, or use uinput"
    try:
        if sys.platform == "linux" and server_lacks(TESTING):
            return "this X server does not let programs press keys (no XTEST); start it with its XTEST extension"
        load("keyboard")
        load("mouse")
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError)
        return f"pynput is not installed; run {INSTALL}" if missing else f"pynput does not load: {one_line(error)}"
    except ConnectionError as error:
        return f"{error}; set DISPLAY to another one, or use uinput"
    if sys.platform == "darwin" and not is_trusted_on_mac():
        # Without this permission, macOS drops every event without an error.
        return (
            "macOS does not let this program press keys; open System Settings, Privacy & Security, Accessibility, and "
            "switch on the program that you start it from (Terminal, say), then start it again"
        )
    return ""


def uinput_problem() -> str:
    """Why uinput does not work here, and what to do; empty if it works."""
    if sys.platform != "linux":
        return "it is a part of Linux; use pynput"
    try:
        import evdev  # noqa: F401
    except ImportError:
        return f"evdev is not installed; run {INSTALL} (it may need a C compiler: apt-get install gcc python3-dev)"
    if not os.path.exists(DEVICE):
        return f"{DEVICE} does not exist; the kernel has no uinput, or it is not loaded: run modprobe uinput as root"
    if not os.access(DEVICE, os.W_OK):
        return f"no permission to write {DEVICE}; {PERMISSION_ADVICE}"
    return ""


def listening_problem(name: str) -> str:
    """Why the listener of a working backend does not work here, and what to do; empty if it works."""
    if name == "pynput" and sys.platform == "linux" and server_lacks(LISTENING):
        return f"no pause key and no hand-over: {NO_RECORD}"
    devices = INPUT_DEVICES.parent.glob(INPUT_DEVICES.name)
    if name == "uinput" and not any(os.access(device, os.R_OK) for device in devices):
        return f"no pause key and no hand-over: {NOT_READABLE}; {PERMISSION_ADVICE}"
    return ""


def is_trusted_on_mac(load_library: Callable[[str], Any] = ctypes.CDLL) -> bool:
    """Whether macOS lets this process press keys: `AXIsProcessTrusted`."""
    try:
        is_trusted = load_library(ACCESSIBILITY).AXIsProcessTrusted
    except (OSError, AttributeError):
        return False
    is_trusted.restype = ctypes.c_bool
    return bool(is_trusted())


PROBLEMS: dict[str, Callable[[], str]] = {"pynput": pynput_problem, "uinput": uinput_problem}
