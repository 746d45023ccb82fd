"""Sheet: what is painted seldom and shown often."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QWidget

from app.overlay import theme


class Sheet(QWidget):
    """Paints its content once and copies it from then on; anew after `redraw` and in another size, font or palette.

    What lies on the camera's picture is shown anew with each frame, but seldom says anything else.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._copy = QPixmap()
        self._painted_for: object = None

    def redraw(self) -> None:
        """Paint the content anew when it is next to be seen."""
        self._painted_for = None
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """Copy the content, painted before where nothing changed since."""
        look = (self.size(), self.devicePixelRatioF(), self.font(), self.palette().cacheKey())
        if look != self._painted_for:
            self._copy, self._painted_for = self._painted(), look
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
        """Paint the content, on nothing, in the widget's coordinates."""
        raise NotImplementedError
