"""Checks whether Qt can open a display, because Qt would abort the process if not."""

import ctypes
import re
import socket
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from common.errors import UserError

_X11_LIBRARIES = (
    "libEGL.so.1",
    "libGL.so.1",
    "libX11-xcb.so.1",
    "libdbus-1.so.3",
    "libfontconfig.so.1",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-image.so.0",
    "libxcb-keysyms.so.1",
    "libxcb-randr.so.0",
    "libxcb-render-util.so.0",
    "libxcb-shape.so.0",
    "libxcb-sync.so.1",
    "libxcb-xfixes.so.0",
    "libxcb-xkb.so.1",
    "libxkbcommon-x11.so.0",
    "libxkbcommon.so.0",
)
"""Libraries of Qt's X11 plug-in that minimal installations lack."""
_INSTEAD = "or use --headless"


def forget_opencv_plugins(environ: MutableMapping[str, str]) -> None:
    """Remove the variables that importing cv2 sets: they name its own Qt plug-ins, which PyQt6 cannot load."""
    for name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if "cv2" in Path(environ.get(name, "")).parts:
            del environ[name]


def choose_platform(environ: Mapping[str, str], overlay: bool) -> str | None:
    """Choose a Qt platform plug-in that works; None leaves the choice to Qt.

    The HUD prefers X11, because Wayland does not let a window stay on top.

    Raises:
        UserError: there is no display, or Qt cannot open it; the message states what is missing.
    """
    asked = environ.get("QT_QPA_PLATFORM", "")
    if not sys.platform.startswith("linux"):
        return None
    names = [each.split(":")[0] for each in asked.split(";") if each] or _displays(environ, overlay)
    if not names:
        raise UserError(
            "No display to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. "
            f"Start it on a desktop, {_INSTEAD}."
        )
    problems = [_problem(name, environ) for name in names]
    if all(problems):
        raise UserError(str(problems[0]))
    return None if asked else names[problems.index(None)]


def _displays(environ: Mapping[str, str], overlay: bool) -> list[str]:
    """The platforms of this session, the preferred one first."""
    offered = {"wayland": environ.get("WAYLAND_DISPLAY"), "xcb": environ.get("DISPLAY")}
    order = ("xcb", "wayland") if overlay else ("wayland", "xcb")
    return [name for name in order if offered[name]]


def _problem(platform: str, environ: Mapping[str, str]) -> str | None:
    """Why a platform does not work; None if no problem is found."""
    if platform == "xcb":
        return _missing_libraries() or _x11_problem(environ.get("DISPLAY", ""))
    if platform.startswith("wayland"):
        return _wayland_problem(environ)
    return None


def _missing_libraries() -> str | None:
    from PyQt6.QtCore import QLibraryInfo

    plugin = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms", "libqxcb.so")
    error = _load_error(str(plugin))
    if error is None:
        return None
    missing = [name for name in _X11_LIBRARIES if _load_error(name)]
    if not missing:
        return f"Qt cannot load its X11 plug-in: {error}. Reinstall PyQt6 {_INSTEAD}."
    packages = " ".join(map(_debian_package, missing))
    return f"Qt's X11 plug-in needs {', '.join(missing)}. On Debian or Ubuntu: apt install {packages}, {_INSTEAD}."


def _load_error(library: str) -> str | None:
    try:
        ctypes.CDLL(library)
    except OSError as error:
        return str(error)
    return None


def _debian_package(library: str) -> str:
    """The Debian package of a library, by its naming rule: `libxcb-cursor.so.0` is in libxcb-cursor0."""
    stem, number = re.fullmatch(r"(.+)\.so\.(\d+)", library.lower()).groups()  # type: ignore[union-attr]
    return f"{stem}-{number}" if stem[-1].isdigit() else f"{stem}{number}"


def _x11_problem(name: str) -> str | None:
    if not name:
        return f"DISPLAY is not set, so there is no X11 display to open. Set it, {_INSTEAD}."
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(name.encode(), None))
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"The X display {name!r} does not respond. Check DISPLAY and xauth, {_INSTEAD}." if failed else None


def _wayland_problem(environ: Mapping[str, str]) -> str | None:
    path = Path(environ.get("XDG_RUNTIME_DIR", ""), environ.get("WAYLAND_DISPLAY") or "wayland-0")
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except OSError:
            return f"The Wayland display {str(path)!r} does not respond. Check WAYLAND_DISPLAY, {_INSTEAD}."
    return None
