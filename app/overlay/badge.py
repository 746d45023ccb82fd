"""The stream's state on the picture's corner: live, paused, over, or what went wrong."""

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QFontMetricsF, QPainter
from PyQt6.QtWidgets import QWidget

from app.overlay import tone
from app.overlay.sheet import Sheet
from app.overlay.view import Status, Tone


class Badge(Sheet):
    """A pill at the widget's left, as wide as its words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = Status(Tone.WAITING, "")

    def show_status(self, status: Status) -> None:
        """Show a state."""
        if status != self._status:
            self._status = status
            self.setAccessibleName(status.text)
            self.setToolTip(status.text)
            self.redraw()

    def paint_content(self, painter: QPainter) -> None:
        """Paint the pill."""
        width = min(self.width(), tone.pill_width(QFontMetricsF(self.font()), self._status))
        tone.draw_pill(painter, self._status, QRectF(0, 0, width, self.height()), self.palette())
