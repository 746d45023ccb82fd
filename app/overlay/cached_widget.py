"""CachedWidget: a widget whose content is painted rarely and shown often."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QWidget

from app.overlay import theme


class CachedWidget(QWidget):
    """Paints its content once and draws the cached copy; paints again after `redraw` or in a new size, font or palette.

    For widgets on the camera picture, which are shown again with each frame while their content rarely changes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copy = QPixmap()
        self._painted_for: object = None

    def redraw(self) -> None:
        """Paint the content again when the widget is next shown."""
        self._painted_for = None
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Draw the cached content, painted again if the widget has changed."""
        appearance = (self.size(), self.devicePixelRatioF(), self.font(), self.palette().cacheKey())
        if appearance != self._painted_for:
            self._copy, self._painted_for = self._painted(), appearance
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._copy)
        painter.end()

    def _painted(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        copy = QPixmap(self.size() * ratio)
        copy.setDevicePixelRatio(ratio)
        copy.fill(Qt.GlobalColor.transparent)
        with theme.painting(copy) as painter:
            painter.setFont(self.font())
            self.paint_content(painter)
        return copy

    def paint_content(self, painter: QPainter) -> None:
        """Paint the content on a transparent background, in the widget's coordinates."""
        raise NotImplementedError
