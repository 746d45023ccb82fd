"""The window that has the focus, on X11 by python-xlib. Wayland does not report it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from app.control.bindings import ActiveWindow

FindWindow = Callable[[], ActiveWindow | None]


class X11Windows:
    """Finds the active window by the properties of the X11 window manager."""

    def __init__(self) -> None:
        from Xlib.display import Display

        self._display: Any = Display()
        self._root = self._display.screen().root

    def __call__(self) -> ActiveWindow | None:
        """The active window; None if there is none."""
        from Xlib.error import BadWindow

        try:
            number = self._property(self._root, "_NET_ACTIVE_WINDOW")
            if number is None or not number[0]:
                return None
            window = self._display.create_resource_object("window", number[0])
            title = self._property(window, "_NET_WM_NAME")
            return ActiveWindow(
                class_name=" ".join(window.get_wm_class() or ()),
                title=bytes(title).decode(errors="replace") if title is not None else str(window.get_wm_name() or ""),
            )
        except BadWindow:  # it was closed meanwhile
            return None

    def close(self) -> None:
        """Close the connection, if it is still there."""
        with suppress(Exception):
            self._display.close()

    def _property(self, window: Any, name: str) -> Any:
        found = window.get_full_property(self._display.intern_atom(name), 0)
        return found.value if found is not None else None
