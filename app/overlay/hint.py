"""Hint: the list of gestures, shown over the window at the first run until a key or a click."""

from collections.abc import Iterable

from PyQt6.QtCore import QRect, QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QFont, QKeyEvent, QMouseEvent, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.overlay import theme
from app.overlay.gesture_list import GestureList
from app.overlay.key_hints import Key, Keys
from app.overlay.theme import Role
from models.vocabulary import Vocabulary

_SCROLL_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_SCROLL_BAR_STYLE = """
QScrollBar:vertical { background: transparent; width: 8px; }
QScrollBar::handle:vertical { background: rgba(128, 128, 128, 0.6); border-radius: 4px; min-height: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: none; }
"""
_FORWARDED_KEYS = (Qt.Key.Key_F, Qt.Key.Key_Q)


class Hint(QWidget):
    """A card over the dimmed window. Any key except F and Q closes it, as does a click; arrow keys scroll."""

    closed = pyqtSignal()

    def __init__(self, labels: Iterable[str], parent: QWidget, vocabulary: Vocabulary | None = None) -> None:
        super().__init__(parent)
        self._list = GestureList(labels, vocabulary=vocabulary)
        self._scroll = _scrolling(self._list)
        self._card = QWidget(self)
        column = QVBoxLayout(self._card)
        unit = theme.unit(self)
        column.setContentsMargins(2 * unit, round(1.7 * unit), 2 * unit, round(1.5 * unit))
        column.setSpacing(unit)
        column.addWidget(self._label("Gestures to try", 1.7, QFont.Weight.DemiBold, Role.WindowText))
        words = "Left and right are yours. Lower your hand between two gestures. Press H to see this again."
        column.addWidget(self._label(words, 1.0, QFont.Weight.Normal, Role.PlaceholderText))
        column.addWidget(self._scroll, 1)
        column.addWidget(Keys([Key("Space", "Start", self.dismiss)]), 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Gestures to try")
        self.hide()

    def reveal(self) -> None:
        """Show the card on top and take the keyboard focus."""
        self.raise_()
        self.show()
        self.setFocus()

    def dismiss(self) -> None:
        """Hide the card and emit `closed`."""
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        assert event is not None
        if event.key() in _FORWARDED_KEYS:
            event.ignore()
        elif event.key() in _SCROLL_KEYS:
            self._scroll.keyPressEvent(event)
        else:
            self.dismiss()

    def mousePressEvent(self, _event: QMouseEvent | None) -> None:
        self.dismiss()

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        """Centre the card, no larger than its content."""
        unit = theme.unit(self)
        width = min(self.width() - 3 * unit, self._list.sizeHint().width() + 4 * unit)
        around = self._card.sizeHint().height() - self._scroll.sizeHint().height()
        height = min(self.height() - 3 * unit, self._list.heightForWidth(width - 4 * unit) + around)
        card = QRect(0, 0, width, height)
        card.moveCenter(self.rect().center())
        self._card.setGeometry(card)

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        with theme.painting(self) as painter:
            painter.fillRect(self.rect(), theme.faded(self.palette().color(Role.Window), 0.8))
            radius = 0.9 * theme.unit(self)
            theme.fill_rounded(painter, QRectF(self._card.geometry()), radius, self.palette().color(Role.Base))

    def _label(self, text: str, factor: float, weight: QFont.Weight, role: Role) -> QLabel:
        label = QLabel(text, self._card)
        label.setFont(theme.scaled(self.font(), factor, weight))
        label.setForegroundRole(role)
        label.setWordWrap(True)
        return label


def _scrolling(content: QWidget) -> QScrollArea:
    """A scroll area with a transparent background."""
    area = QScrollArea()
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    bar = area.verticalScrollBar()
    if bar is not None:
        # Only on the bar: children of a widget with a style sheet do not inherit the window's palette.
        bar.setStyleSheet(_SCROLL_BAR_STYLE)
    area.setBackgroundRole(Role.Base)
    content.setBackgroundRole(Role.Base)
    return area
