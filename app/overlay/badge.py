"""Badge: the status of the stream in a corner of the picture: live, paused, ended, or a warning."""

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QFontMetricsF, QPainter
from PyQt6.QtWidgets import QWidget

from app.overlay import tone
from app.overlay.cached_widget import CachedWidget
from app.overlay.view import Status, Tone


class Badge(CachedWidget):
    """A pill at the left of the widget, as wide as its text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status = Status(Tone.WAITING, "")

    def show_status(self, status: Status) -> None:
        if status != self._status:
            self._status = status
            self.setAccessibleName(status.text)
            self.setToolTip(status.text)
            self.redraw()

    def paint_content(self, painter: QPainter) -> None:
        width = min(self.width(), tone.pill_width(QFontMetricsF(self.font()), self._status))
        tone.draw_pill(painter, self._status, QRectF(0, 0, width, self.height()), self.palette())
