"""The likeliest labels of the moment, each with a bar."""

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QSizePolicy, QWidget

from app.overlay import icons, theme
from app.overlay.card import Card
from app.overlay.theme import Role
from app.overlay.view import Ranked, percent
from models.spec import NO_GESTURE_LABELS

ROWS = 5
_ROW_UNITS = 2.3


class Bars(Card):
    """One row a label: icon, name, probability, and a bar below them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Likeliest now", parent)
        self._top: tuple[Ranked, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        unit = theme.unit(self)
        return QSize(20 * unit, round(self.head + (ROWS * _ROW_UNITS + 0.5) * unit))

    def show_top(self, top: tuple[Ranked, ...]) -> None:
        """Show labels and probabilities; paint only what a person can tell apart."""
        rounded = tuple(Ranked(each.label, round(each.probability, 2)) for each in top)
        if rounded != self._top:
            self._top = rounded
            words = (f"{each.label} {percent(each.probability)}" for each in rounded)
            self.setAccessibleDescription(", ".join(words))
            self.update()

    def paint_body(self, painter: QPainter, where: QRectF) -> None:
        """Paint the rows."""
        unit = theme.unit(self)
        if not self._top:
            line = QRectF(where.left(), where.top(), where.width(), 1.35 * unit)
            theme.write(painter, line, "Waiting for a picture.", self.palette().color(Role.PlaceholderText))
        row = _ROW_UNITS * unit
        for k, each in enumerate(self._top):
            self._paint_row(painter, QRectF(where.left(), where.top() + k * row, where.width(), row), each)

    def _paint_row(self, painter: QPainter, row: QRectF, each: Ranked) -> None:
        unit, colours = theme.unit(self), self.palette()
        quiet = each.label in NO_GESTURE_LABELS or each.probability < 0.01
        ink = colours.color(Role.PlaceholderText if quiet else Role.WindowText)
        line = QRectF(row.left(), row.top(), row.width(), 1.35 * unit)
        icons.draw(painter, each.label, QRectF(line.left(), line.top() + 0.12 * unit, 1.1 * unit, 1.1 * unit), ink)
        theme.write(painter, line.adjusted(1.6 * unit, 0, -3 * unit, 0), each.label, ink)
        theme.write(painter, line, percent(each.probability), ink, right=True)
        track = QRectF(row.left(), line.bottom() + 0.12 * unit, row.width(), 0.3 * unit)
        theme.fill_rounded(painter, track, track.height() / 2, colours.color(Role.Mid))
        if each.probability > 0:
            bar = QRectF(track)
            bar.setWidth(max(track.height(), each.probability * track.width()))
            theme.fill_rounded(painter, bar, bar.height() / 2, ink if quiet else colours.color(Role.Accent))
