"""GestureList: the gestures in groups and columns."""

from collections.abc import Iterable

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QFont, QPainter
from PyQt6.QtWidgets import QWidget

from app.overlay import icons, theme
from app.overlay.cached_widget import CachedWidget
from app.overlay.gesture_groups import GestureGroup, grouped
from app.overlay.theme import Role
from models.vocabulary import Vocabulary

_COLUMN_UNITS = 17
_COLUMNS = 4
_HEAD_UNITS, _ROW_UNITS, _GAP_UNITS = 2.0, 2.0, 1.2


class GestureList(CachedWidget):
    """Paints each group as a title over rows of icon and name, in as many columns as fit."""

    def __init__(
        self, labels: Iterable[str], parent: QWidget | None = None, vocabulary: Vocabulary | None = None
    ) -> None:
        super().__init__(parent)
        self._groups = grouped(labels, vocabulary)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName("Gestures")
        self.setAccessibleDescription(". ".join(f"{each.title}: {', '.join(each.labels)}" for each in self._groups))

    def sizeHint(self) -> QSize:
        unit = theme.unit(self)
        width = round(_COLUMNS * _COLUMN_UNITS * unit)
        return QSize(width, self.heightForWidth(width))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the highest column, in pixels."""
        highest = max((sum(map(_height, column)) for column in self._columns(width)), default=0.0)
        return round((highest - _GAP_UNITS) * theme.unit(self))

    def paint_content(self, painter: QPainter) -> None:
        unit = theme.unit(self)
        columns = self._columns(self.width())
        width = self.width() / len(columns)
        for k, column in enumerate(columns):
            top = 0.0
            for group in column:
                self._paint_group(painter, group, QRectF(k * width, top, width - unit, _height(group) * unit))
                top += _height(group) * unit

    def _paint_group(self, painter: QPainter, group: GestureGroup, where: QRectF) -> None:
        unit, colours = theme.unit(self), self.palette()
        painter.setFont(theme.scaled(self.font(), 0.92, QFont.Weight.DemiBold))
        title = QRectF(where.left(), where.top(), where.width(), 1.4 * unit)
        theme.write(painter, title, group.title, colours.color(Role.PlaceholderText))
        painter.setFont(self.font())
        for k, label in enumerate(group.labels):
            row = QRectF(where.left(), where.top() + (_HEAD_UNITS + k * _ROW_UNITS) * unit, where.width(), 1.6 * unit)
            icon = QRectF(row.left(), row.top() + 0.1 * unit, 1.4 * unit, 1.4 * unit)
            icons.draw(painter, label, icon, colours.color(Role.Accent))
            theme.write(painter, row.adjusted(2.1 * unit, 0, 0, 0), label, colours.color(Role.WindowText))

    def _columns(self, width: int) -> list[list[GestureGroup]]:
        """Distribute the groups: each goes to the column that is shortest so far."""
        unit = theme.unit(self)
        fitting = int((width + unit) / (_COLUMN_UNITS * unit))  # a scroll bar must not reduce the number of columns
        columns: list[list[GestureGroup]] = [[] for _ in range(max(1, min(_COLUMNS, fitting)))]
        for group in self._groups:
            min(columns, key=lambda column: sum(map(_height, column))).append(group)
        return columns


def _height(group: GestureGroup) -> float:
    """Height of a group with the gap below it, in units."""
    return _HEAD_UNITS + len(group.labels) * _ROW_UNITS + _GAP_UNITS
