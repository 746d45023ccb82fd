"""EventTimeline: past events along a line, newest on top."""

import math

from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QPainter, QPen, QRegion
from PyQt6.QtWidgets import QWidget

from app.overlay import icons, theme
from app.overlay.card import Card
from app.overlay.theme import Role
from app.overlay.view import View, ago, percent

_N_ROWS = 30
_ROW_UNITS = 2.9
_DISC_UNITS = 2.0


class EventTimeline(Card):
    """One row per event: icon on the line, label, score and age."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Gestures so far", parent)
        self._rows: tuple[tuple[str, str, str], ...] = ()
        self._shown: object = None
        self._fresh = False

    def show_view(self, view: View) -> None:
        past = view.past[:_N_ROWS]
        second = math.floor(view.age_s(past[0])) if past else 0
        shown = (second, past[:1], view.current is not None)
        if shown != self._shown:  # all ages are updated together with the newest one, once a second
            self._shown, self._fresh = shown, view.current is not None
            ages_s = (second + past[0].at_s - each.at_s for each in past)
            self._rows = tuple((p.label, percent(p.score), ago(age_s)) for p, age_s in zip(past, ages_s, strict=True))
            self.setAccessibleDescription("; ".join(", ".join(row) for row in self._rows))
            self.update()

    def paint_body(self, painter: QPainter, where: QRectF, dirty: QRegion) -> None:  # noqa: ARG002 - all or nothing
        """Paint the line and as many rows as fit."""
        unit, colours = theme.unit(self), self.palette()
        if not self._rows:
            line = QRectF(where.left(), where.top(), where.width(), 1.35 * unit)
            theme.write(painter, line, "None yet. Show one to the camera.", colours.color(Role.PlaceholderText))
            return
        row = _ROW_UNITS * unit
        fitting = self._rows[: int(where.height() / row)]
        x, first = where.left() + _DISC_UNITS * unit / 2, where.top() + row / 2
        painter.setPen(QPen(colours.color(Role.Mid), 0.12 * unit))
        painter.drawLine(QPointF(x, first), QPointF(x, first + row * max(0, len(fitting) - 1)))
        for k, words in enumerate(fitting):
            room = QRectF(where.left(), where.top() + k * row, where.width(), row)
            self._paint_row(painter, room, words, fresh=self._fresh and k == 0)

    def _paint_row(self, painter: QPainter, row: QRectF, words: tuple[str, str, str], fresh: bool) -> None:
        label, score, age = words
        unit, colours = theme.unit(self), self.palette()
        quiet, ink = colours.color(Role.PlaceholderText), colours.color(Role.WindowText)
        disc = QRectF(row.left(), row.center().y() - _DISC_UNITS * unit / 2, _DISC_UNITS * unit, _DISC_UNITS * unit)
        theme.fill_rounded(painter, disc, disc.height() / 2, colours.color(Role.Accent if fresh else Role.Mid))
        inset = 0.42 * unit
        on_disc = colours.color(Role.Base) if fresh else ink
        icons.draw(painter, label, disc.adjusted(inset, inset, -inset, -inset), on_disc)
        middle = row.center().y()
        text = QRectF(
            disc.right() + 0.7 * unit, middle - 1.15 * unit, row.right() - disc.right() - 0.7 * unit, 1.2 * unit
        )
        theme.write(painter, text.adjusted(0, 0, -3.6 * unit, 0), label, ink)
        theme.write(painter, text, age, quiet, right=True)
        painter.save()
        painter.setFont(theme.scaled(self.font(), 0.88))
        theme.write(painter, text.translated(0, 1.15 * unit), score, quiet)
        painter.restore()
