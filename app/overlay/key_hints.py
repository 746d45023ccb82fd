"""The window's keys as buttons, which show them and can be clicked."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PyQt6.QtCore import QRectF, QSize, Qt
from PyQt6.QtGui import QFontMetrics, QPaintEvent, QPen
from PyQt6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from app.overlay import theme
from app.overlay.theme import Role


class Key(NamedTuple):
    """A key and what it does."""

    cap: str
    word: str
    action: Callable[[], object]


class KeyButton(QAbstractButton):
    """A key cap with its action's name. It takes no focus, so that Space remains the pause key."""

    def __init__(self, key: Key, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cap = key.cap
        self.setText(key.word)
        self.setAccessibleName(f"{key.word} ({key.cap})")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda _checked: key.action())

    def sizeHint(self) -> QSize:
        unit = theme.unit(self)
        return QSize(round(self._cap_width + self._metrics.horizontalAdvance(self.text()) + 0.6 * unit), 2 * unit)

    @property
    def _metrics(self) -> QFontMetrics:
        return QFontMetrics(theme.scaled(self.font(), 0.88))

    @property
    def _cap_width(self) -> float:
        return self._metrics.horizontalAdvance(self._cap) + 0.9 * theme.unit(self)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        unit, colours = theme.unit(self), self.palette()
        height = 1.5 * unit
        cap = QRectF(0.5, (self.height() - height) / 2, self._cap_width - 1, height)
        with theme.painting(self) as painter:
            painter.setFont(theme.scaled(self.font(), 0.88))
            painter.setPen(QPen(colours.color(Role.Mid), 1))
            painter.setBrush(colours.color(Role.Base))
            painter.drawRoundedRect(cap, 0.3 * unit, 0.3 * unit)
            ink = colours.color(Role.WindowText)
            painter.setPen(ink)
            painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self._cap)
            word = QRectF(cap.right() + 0.4 * unit, 0, self.width() - cap.right(), self.height())
            theme.write(painter, word, self.text(), ink if self.underMouse() else colours.color(Role.PlaceholderText))


class Keys(QWidget):
    """A row of key buttons."""

    def __init__(self, keys: Iterable[Key], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.unit(self))
        for key in keys:
            row.addWidget(KeyButton(key, self))
