"""Hud: a click-through overlay on top of all windows with the current gesture."""

from PyQt6.QtCore import QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QCloseEvent, QFontMetricsF, QGuiApplication, QPaintEvent, QRegion
from PyQt6.QtWidgets import QWidget

from app.overlay import caption, theme, tone
from app.overlay.view import View
from common.log import log

_SIZE_UNITS = (46, 9)
_FLAGS = (
    Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.Tool
    | Qt.WindowType.WindowTransparentForInput
    | Qt.WindowType.WindowDoesNotAcceptFocus
)
_X11_FLAGS = _FLAGS | Qt.WindowType.X11BypassWindowManagerHint
"""Some X11 window managers, such as openbox, add a frame to a window, which receives the clicks."""


class Hud(QWidget):
    """A frameless, translucent, click-through window at the bottom of the screen: status, and the gesture above it."""

    closed = pyqtSignal()

    def __init__(self, view: View) -> None:
        platform = QGuiApplication.platformName()
        super().__init__(None, _X11_FLAGS if platform == "xcb" else _FLAGS)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setAttribute(Qt.WidgetAttribute.WA_MacAlwaysShowToolWindow)
        self.setWindowTitle(f"{view.options.source} · {view.options.model}")
        self.setFont(theme.window_font(self.font()))
        self._past, self._status = view.current, view.status
        # Dark in both schemes: it is over other windows, and without a compositor its edge is black.
        self.setPalette(theme.palette(dark=True))
        self._place()
        screen = QGuiApplication.primaryScreen()
        if screen is not None:
            screen.availableGeometryChanged.connect(self._place)
        if platform.startswith("wayland"):
            log.warning(
                "--overlay: Wayland does not let a window keep itself on top or choose its place. "
                "Set it to 'always on top' in its window menu, or start with XWayland (QT_QPA_PLATFORM=xcb)."
            )

    def show_view(self, view: View) -> None:
        """Show the view, if it has changed."""
        if (view.current, view.status) != (self._past, self._status):
            self._past, self._status = view.current, view.status
            self._cut()

    @property
    def pills(self) -> tuple[QRectF, QRectF | None]:
        """The rectangles of the status and of the gesture, None without a gesture."""
        unit, room = theme.unit(self), QRectF(self.rect()).adjusted(1, 1, -1, -1)
        state = QRectF(0, 0, tone.pill_width(QFontMetricsF(self.font()), self._status), tone.PILL_UNITS * unit)
        state.setWidth(min(state.width(), room.width()))
        state.moveCenter(room.center())
        state.moveBottom(room.bottom() - unit)
        if self._past is None:
            return state, None
        line = QRectF(0, state.top() - 4.8 * unit, room.width(), 4.2 * unit)
        return state, caption.fit(self._past, self.font(), line)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        state, gesture = self.pills
        with theme.painting(self) as painter:
            tone.draw_pill(painter, self._status, state, self.palette())
            if gesture is not None and self._past is not None:
                caption.draw(painter, self._past, gesture, self.font(), self.palette())

    def closeEvent(self, _event: QCloseEvent | None) -> None:
        self.closed.emit()

    def _place(self) -> None:
        """Move to the bottom centre of the screen."""
        screen, unit = QGuiApplication.primaryScreen(), theme.unit(self)
        room = screen.availableGeometry() if screen else QRect(0, 0, 1280, 720)
        width, height = min(room.width(), _SIZE_UNITS[0] * unit), _SIZE_UNITS[1] * unit
        self.setGeometry(room.center().x() - width // 2, room.bottom() - height - unit, width, height)
        self._cut()

    def _cut(self) -> None:
        """Mask the window to its pills: without a compositor, the rest would be black."""
        region = QRegion()
        for pill in self.pills:
            if pill is not None:
                region = region.united(_rounded(pill.adjusted(-1, -1, 1, 1).toAlignedRect()))
        # Some compositors continue to show masked parts: clear them before they are masked.
        self.setMask(self.mask().united(region))
        self.repaint()
        self.setMask(region)


def _rounded(where: QRect) -> QRegion:
    """A region with semicircular ends."""
    size = where.height()
    left = QRegion(where.left(), where.top(), size, size, QRegion.RegionType.Ellipse)
    right = QRegion(where.right() - size + 1, where.top(), size, size, QRegion.RegionType.Ellipse)
    return left.united(right).united(QRegion(where.adjusted(size // 2, 0, -size // 2, 0)))
