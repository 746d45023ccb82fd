"""Bars: the likeliest labels, each with a bar."""

from functools import lru_cache

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QPainter, QRegion
from PyQt6.QtWidgets import QSizePolicy, QWidget

from app.overlay import icons, theme
from app.overlay.card import Card
from app.overlay.theme import Role
from app.overlay.view import Ranked, percent
from models.spec import NO_GESTURE_LABELS

ROWS = 5
_ROW_UNITS = 2.3


class Bars(Card):
    """One row per label: icon, name, probability, and a bar below them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Likeliest now", parent)
        self._top: tuple[Ranked, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        unit = theme.unit(self)
        return QSize(20 * unit, round(self.head + (ROWS * _ROW_UNITS + 0.5) * unit))

    def show_top(self, top: tuple[Ranked, ...]) -> None:
        """Show labels and probabilities, rounded to 1 %; only changed parts are painted."""
        rounded = tuple(Ranked(each.label, round(each.probability, 2)) for each in top)
        if rounded != self._top:
            before, self._top = self._top, rounded
            words = (f"{each.label} {percent(each.probability)}" for each in rounded)
            self.setAccessibleDescription(", ".join(words))
            self.update(self._changed_since(before))

    def _changed_since(self, before: tuple[Ranked, ...]) -> QRegion:
        """The region that differs from `before`; for an unchanged label, that of its number and bar."""
        if len(before) != len(self._top):
            return QRegion(self.rect())
        changed = QRegion()
        for old, new, (name, number, track) in zip(before, self._top, self._rows, strict=False):
            if old != new:
                relabelled = (old.label, _is_quiet(old)) != (new.label, _is_quiet(new))
                for part in (name, number, track) if relabelled else (number, track):
                    changed = changed.united(part.toAlignedRect())
        return changed

    def paint_body(self, painter: QPainter, where: QRectF, dirty: QRegion) -> None:
        """Paint the dirty parts of the rows."""
        unit = theme.unit(self)
        if not self._top:
            line = QRectF(where.left(), where.top(), where.width(), 1.35 * unit)
            theme.write(painter, line, "Waiting for a picture.", self.palette().color(Role.PlaceholderText))
        for each, (name, number, track) in zip(self._top, self._rows, strict=False):
            ink = self.palette().color(Role.PlaceholderText if _is_quiet(each) else Role.WindowText)
            if dirty.intersects(name.toAlignedRect()):
                icon = QRectF(name.left(), name.top() + 0.12 * unit, 1.1 * unit, 1.1 * unit)
                icons.draw(painter, each.label, icon, ink)
                theme.write(painter, name.adjusted(1.6 * unit, 0, 0, 0), each.label, ink)
            if any(dirty.intersects(part.toAlignedRect()) for part in (number, track)):
                theme.write(painter, number, percent(each.probability), ink, right=True)
                self._paint_bar(painter, track, each)

    @property
    def _rows(self) -> tuple[tuple[QRectF, QRectF, QRectF], ...]:
        body = self.body
        return _rows_in(body.left(), body.top(), body.width(), theme.unit(self))

    def _paint_bar(self, painter: QPainter, track: QRectF, each: Ranked) -> None:
        colours = self.palette()
        theme.fill_rounded(painter, track, track.height() / 2, colours.color(Role.Mid))
        if each.probability > 0:
            bar = QRectF(track)
            bar.setWidth(max(track.height(), each.probability * track.width()))
            filling = Role.PlaceholderText if _is_quiet(each) else Role.Accent
            theme.fill_rounded(painter, bar, bar.height() / 2, colours.color(filling))


@lru_cache(maxsize=4)
def _rows_in(left: float, top: float, width: float, unit: int) -> tuple[tuple[QRectF, QRectF, QRectF], ...]:
    """The rectangles of name, number and bar of each row."""
    rows = []
    for k in range(ROWS):
        line = QRectF(left, top + k * _ROW_UNITS * unit, width, 1.35 * unit)
        track = QRectF(left, line.bottom() + 0.12 * unit, width, 0.3 * unit)
        rows.append((line.adjusted(0, 0, -3 * unit, 0), line.adjusted(width - 3 * unit, 0, 0, 0), track))
    return tuple(rows)


def _is_quiet(each: Ranked) -> bool:
    return each.label in NO_GESTURE_LABELS or each.probability < 0.01
