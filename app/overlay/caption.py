"""Caption: the current gesture in large type on the picture."""

from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPalette
from PyQt6.QtWidgets import QWidget

from app.overlay import icons, theme
from app.overlay.cached_widget import CachedWidget
from app.overlay.theme import Role
from app.overlay.view import Past, percent


class Caption(CachedWidget):
    """A card in the middle of the widget with icon, name and score of the gesture; empty without a gesture."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._past: Past | None = None
        self.setAccessibleName("No gesture")

    def show_gesture(self, past: Past | None) -> None:
        """Show a gesture, or none."""
        if past != self._past:
            self._past = past
            self.setAccessibleName(f"{past.label}, {percent(past.score)}" if past else "No gesture")
            self.redraw()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        if self._past is not None:
            super().paintEvent(event)

    def paint_content(self, painter: QPainter) -> None:
        assert self._past is not None
        card = fit(self._past, self.font(), QRectF(self.rect()))
        draw(painter, self._past, card, self.font(), self.palette())


def fit(past: Past, font: QFont, room: QRectF) -> QRectF:
    """The rectangle of a gesture's card in the middle of `room`: as high as it, unless that would be too wide."""
    name, score = _fonts(font, room.height())
    words = QFontMetricsF(name).horizontalAdvance(past.label) + QFontMetricsF(score).horizontalAdvance("100 %")
    width = words + 2.05 * room.height()
    shrink = min(1.0, room.width() / width)
    card = QRectF(0, 0, shrink * width, shrink * room.height())
    card.moveCenter(room.center())
    return card


def draw(painter: QPainter, past: Past, card: QRectF, font: QFont, colours: QPalette) -> None:
    """Draw the card: icon on a disc, name, score."""
    height = card.height()
    name, score = _fonts(font, height)
    theme.fill_rounded(painter, card, height / 2, theme.faded(colours.color(Role.Base), theme.GLASS_ALPHA))
    disc = QRectF(card.left(), card.top(), height, height).adjusted(*_inset(0.14 * height))
    theme.fill_rounded(painter, disc, disc.height() / 2, colours.color(Role.Accent))
    icons.draw(painter, past.label, disc.adjusted(*_inset(0.2 * disc.height())), colours.color(Role.Base))
    words = card.adjusted(1.08 * height, 0, -0.5 * height, 0)
    painter.setFont(score)
    theme.write(painter, words, percent(past.score), colours.color(Role.PlaceholderText), right=True)
    room = painter.fontMetrics().horizontalAdvance("100 %") + 0.3 * height
    painter.setFont(name)
    theme.write(painter, words.adjusted(0, 0, -room, 0), past.label, colours.color(Role.WindowText))


def _fonts(font: QFont, height: float) -> tuple[QFont, QFont]:
    """The fonts of the name and the score for a card of this height."""
    factor = height / QFontMetricsF(font).height() / 2
    return theme.scaled(font, factor, QFont.Weight.DemiBold), theme.scaled(font, 0.62 * factor)


def _inset(by: float) -> tuple[float, float, float, float]:
    return (by, by, -by, -by)
