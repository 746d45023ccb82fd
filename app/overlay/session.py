"""Session: the view, the window or HUD that shows it, and the bridge that updates it."""

import gc
from collections.abc import Callable, Sequence
from functools import cache

from PyQt6.QtCore import QCoreApplication, QSettings, QTimer
from PyQt6.QtWidgets import QApplication, QSystemTrayIcon

from app.overlay import theme
from app.overlay.bridge import Bridge
from app.overlay.hud import Hud
from app.overlay.interrupt import errors_to, signals_to
from app.overlay.main_window import Window
from app.overlay.throttle import Throttle
from app.overlay.tray import Tray, app_icon
from app.overlay.view import View, ViewOptions

PAINT_INTERVAL_MS = 30
"""Minimum interval of painting: every frame of a 30 Hz camera, not every one of a faster camera."""
NAME = "mstnet-live"


class Session:
    """One run of the window or the HUD."""

    def __init__(
        self,
        options: ViewOptions,
        set_paused: Callable[[bool], None],
        platform: str | None,
        toggle_control: Callable[[], None] | None = None,
    ) -> None:
        self._app = _application(platform)
        self._set_paused = set_paused
        self._view = View(options)
        self.bridge = Bridge()
        self.error: BaseException | None = None
        self.screen = Hud(self._view) if options.overlay else self._window(toggle_control)
        with_tray = options.overlay and QSystemTrayIcon.isSystemTrayAvailable()
        self._tray = Tray(self.toggle_pause, self.screen.close, toggle_control) if with_tray else None
        self.screen.closed.connect(self._quit)
        self._throttle = Throttle(self._refresh, PAINT_INTERVAL_MS)
        self.bridge.changed.connect(self._throttle.request)

    def run(self, start: Callable[[Bridge], None], pressed: Sequence[int] = ()) -> None:
        """Show the window, start the worker, and return at the end; immediately if Ctrl-C was pressed before."""
        with signals_to(self.fail, self._quit), errors_to(self.fail):
            if pressed:
                return
            self.screen.show()
            start(self.bridge)
            gc.freeze()  # existing objects live until the end; collecting garbage among them took 6 % of this thread
            self._app.exec()

    def close(self) -> None:
        """Close the window; later updates of the worker are not shown."""
        self._throttle.stop()
        self.bridge.changed.disconnect(self._throttle.request)
        self.screen.close()
        self._app.processEvents()

    def fail(self, error: BaseException) -> None:
        """Store the error, if it is the first, and quit."""
        self.error = self.error or error
        self._quit()

    def toggle_pause(self) -> None:
        """Pause or resume; nothing after the end."""
        if self._view.ended:
            return
        self._view.paused = not self._view.paused
        self._set_paused(self._view.paused)
        self.screen.show_view(self._view)

    def _window(self, toggle_control: Callable[[], None] | None) -> Window:
        settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, NAME, NAME)
        window = Window(self._view, settings, self.toggle_pause, toggle_control)
        window.focused.connect(self._note_focus)
        return window

    def _note_focus(self, focused: bool) -> None:
        self._view.focused = focused
        if self._view.options.on_focus:
            self._view.options.on_focus(focused)
        self.screen.show_view(self._view)

    def _refresh(self) -> None:
        update = self.bridge.take()
        if update.error is not None:
            self.fail(update.error)
        self._view.take(update)
        self.screen.show_view(self._view)

    def _quit(self) -> None:
        QTimer.singleShot(0, QCoreApplication.quit)  # also works before the event loop has started


@cache
def _application(platform: str | None) -> QApplication:
    """The application of this process, kept until the process ends: it must outlive every widget."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([NAME, *(("-platform", platform) if platform else ())])
        app.setApplicationName(NAME)
        app.setStyle("Fusion")
        app.setWindowIcon(app_icon(theme.system_palette()))
    return app
