"""Guide: the prompt of a guided recording."""

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from app.overlay import theme
from app.overlay.theme import Role
from app.recording.prompt import Prompt

HEIGHT_UNITS = 6.4


class Guide(QWidget):
    """A card with the countdown on a disc, the instruction next to it, and a progress bar; hidden without a prompt."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._prompt: Prompt | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_prompt(self, prompt: Prompt | None) -> None:
        """Show a prompt; None changes nothing."""
        if prompt == self._prompt or prompt is None:
            return
        self._prompt = prompt
        self.setAccessibleName(f"{prompt.title}. {'Now' if prompt.recording else prompt.count}")
        self.setVisible(True)
        self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        if self._prompt is None:
            return
        unit, colours = theme.unit(self), self.palette()
        card = QRectF(self.rect())
        with theme.painting(self) as painter:
            theme.fill_rounded(painter, card, 0.9 * unit, theme.faded(colours.color(Role.Base), theme.GLASS_ALPHA))
            disc = QRectF(unit, unit, 3.6 * unit, 3.6 * unit)
            self._paint_disc(painter, disc, self._prompt)
            self._paint_words(painter, card.adjusted(disc.right() + unit, 0.9 * unit, -unit, 0), self._prompt)
            bar = QRectF(unit, card.bottom() - 1.1 * unit, card.width() - 2 * unit, 0.4 * unit)
            theme.fill_rounded(painter, bar, bar.height() / 2, colours.color(Role.Mid))
            bar.setWidth(max(bar.height(), bar.width() * self._prompt.progress))
            theme.fill_rounded(painter, bar, bar.height() / 2, colours.color(Role.Accent))

    def _paint_disc(self, painter: QPainter, disc: QRectF, prompt: Prompt) -> None:
        colours = self.palette()
        ground = colours.color(Role.BrightText if prompt.recording else Role.Mid)
        theme.fill_rounded(painter, disc, disc.height() / 2, ground)
        painter.setFont(theme.scaled(self.font(), 1.8, QFont.Weight.DemiBold))
        painter.setPen(colours.color(Role.Base if prompt.recording else Role.WindowText))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, prompt.count or "✓")

    def _paint_words(self, painter: QPainter, room: QRectF, prompt: Prompt) -> None:
        unit, colours = theme.unit(self), self.palette()
        painter.setFont(theme.scaled(self.font(), 1.5, QFont.Weight.DemiBold))
        title = QRectF(room.left(), room.top(), room.width(), 2 * unit)
        theme.write(painter, title, prompt.title, colours.color(Role.WindowText))
        painter.setFont(theme.scaled(self.font(), 1.0))
        hint = title.translated(0, 2 * unit)
        theme.write(painter, hint, prompt.hint, colours.color(Role.PlaceholderText))
