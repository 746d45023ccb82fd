"""RegionFrame: the frame around the region that the network reads; the user may draw another one."""

from collections.abc import Callable

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QWidget

from app.overlay import theme
from app.overlay.theme import Role
from models.region import MIN_SHARE, WHOLE, Region

CORNER = 0.12
"""Length of a corner's lines, as a fraction of the frame's shorter side."""
_SHADE = QColor(0, 0, 0, 115)
_HINT = "Drag a rectangle to recognise gestures only there. Double-click to remove it."


class RegionFrame(QWidget):
    """Paints the corners of the region. Dragging draws another region, a double-click removes it.

    Args:
        mirror: whether the picture is shown mirrored.
        draw: called with the drawn region, or None to remove it; without it, regions cannot be drawn.
    """

    def __init__(
        self, mirror: bool, draw: Callable[[Region | None], None] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._mirror, self._draw = mirror, draw
        self._region: Region | None = None
        self._began: QPointF | None = None
        self._dragged: QRectF | None = None
        self.setAccessibleName("Recognised part of the picture")
        if draw:
            self.setToolTip(_HINT)
            self.setCursor(Qt.CursorShape.CrossCursor)

    def show_region(self, region: Region | None) -> None:
        """Show the frame of a region; no frame for None or the whole picture."""
        if region != self._region:
            self._region = region
            self.setAccessibleDescription("" if region is None else str(region))
            self.update()

    @property
    def frame(self) -> QRectF | None:
        """The rectangle of the frame in the widget: the dragged one, or the region's; None without one."""
        if self._dragged is not None:
            return self._dragged
        if self._region in (None, WHOLE):
            return None
        region, width, height = self._region, self.width(), self.height()
        assert region
        left = 1 - region.left - region.width if self._mirror else region.left
        return QRectF(left * width, region.top * height, region.width * width, region.height * height)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        if event and self._draw and event.button() == Qt.MouseButton.LeftButton:
            self._began = event.position()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        if event and self._began is not None:
            self._dragged = QRectF(self._began, event.position()).normalized() & QRectF(self.rect())
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Pass on the dragged region, unless it is smaller than `MIN_SHARE`."""
        del event
        dragged, self._began, self._dragged = self._dragged, None, None
        self.update()
        if dragged is not None and self._draw and self.width() and self.height():
            share = dragged.width() / self.width(), dragged.height() / self.height()
            if min(share) >= MIN_SHARE:
                self._draw(self._region_of(dragged))

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        if event and self._draw:
            self._draw(None)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint four corners, as light lines on dark ones, so that they are visible on any picture."""
        del event
        frame = self.frame
        if frame is None:
            return
        line = max(1.0, 0.09 * theme.unit(self))
        inner = frame.adjusted(line, line, -line, -line)
        with theme.painting(self) as painter:
            for colour, width in ((_SHADE, 2.2 * line), (self.palette().color(Role.Accent), line)):
                pen = QPen(colour, width)
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                _corners(painter, inner)

    def _region_of(self, dragged: QRectF) -> Region:
        width, height = dragged.width() / self.width(), dragged.height() / self.height()
        left, top = dragged.left() / self.width(), dragged.top() / self.height()
        return Region(1 - left - width if self._mirror else left, top, width, height)


def _corners(painter: QPainter, frame: QRectF) -> None:
    length = CORNER * min(frame.width(), frame.height())
    for x, towards_x in ((frame.left(), 1), (frame.right(), -1)):
        for y, towards_y in ((frame.top(), 1), (frame.bottom(), -1)):
            corner = QPointF(x, y)
            painter.drawLine(corner, QPointF(x + towards_x * length, y))
            painter.drawLine(corner, QPointF(x, y + towards_y * length))
