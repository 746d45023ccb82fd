"""Tray: pause and quit in the system tray, because the HUD receives no keys."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, QRectF, Qt
from PyQt6.QtGui import QIcon, QPainter, QPalette, QPixmap
from PyQt6.QtWidgets import QMenu, QSystemTrayIcon

from app.overlay import icons, theme
from app.overlay.theme import Role


class Tray(QObject):
    """An icon in the system tray with a menu."""

    def __init__(
        self,
        toggle_pause: Callable[[], None],
        close: Callable[[], object],
        toggle_control: Callable[[], None] | None = None,
    ) -> None:
        super().__init__()
        self.menu = QMenu()
        self.menu.addAction("Pause or resume", toggle_pause)
        if toggle_control:
            self.menu.addAction("Control on or off", toggle_control)
        self.menu.addAction("Quit", close)
        self._icon = QSystemTrayIcon(app_icon(theme.system_palette()), self)
        self._icon.setToolTip("Gesture recognition")
        self._icon.setContextMenu(self.menu)
        self._icon.show()


def app_icon(colours: QPalette) -> QIcon:
    """The app's icon: an arrow on a disc."""
    size = 128
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    theme.fill_rounded(painter, QRectF(0, 0, size, size), size / 2, colours.color(Role.Accent))
    icons.draw(painter, "Swiping Right", QRectF(0, 0, size, size).adjusted(24, 24, -24, -24), colours.color(Role.Base))
    painter.end()
    return QIcon(pixmap)
