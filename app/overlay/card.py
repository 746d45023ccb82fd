"""Card: a titled card of the side panel."""

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QFont, QPainter, QPaintEvent, QRegion
from PyQt6.QtWidgets import QWidget

from app.overlay import theme
from app.overlay.theme import Role


class Card(QWidget):
    """Paints the background and the title; subclasses paint the content below."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.setAccessibleName(title)

    @property
    def head(self) -> float:
        """Height of the title with its margins, in pixels."""
        return 2.7 * theme.unit(self)

    @property
    def body(self) -> QRectF:
        """The rectangle of the content."""
        unit = theme.unit(self)
        return QRectF(self.rect()).adjusted(unit, self.head, -unit, -0.7 * unit)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        unit, dirty = theme.unit(self), event.region() if event else QRegion(self.rect())
        with theme.painting(self) as painter:
            theme.fill_rounded(painter, QRectF(self.rect()), 0.75 * unit, self.palette().color(Role.Base))
            painter.setFont(theme.scaled(self.font(), 0.92, QFont.Weight.DemiBold))
            title = QRectF(unit, 0.4 * unit, self.width() - 2 * unit, self.head - 0.6 * unit)
            if dirty.intersects(title.toAlignedRect()):
                theme.write(painter, title, self._title, self.palette().color(Role.PlaceholderText))
            painter.setFont(theme.scaled(self.font(), 1.0))
            self.paint_body(painter, self.body, dirty)

    def paint_body(self, painter: QPainter, where: QRectF, dirty: QRegion) -> None:
        """Paint the content; only the dirty region must be painted."""
        raise NotImplementedError
