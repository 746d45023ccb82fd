"""Drawing of a status: a pill with its text and a sign whose shape differs by tone, not only its colour."""

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF

from app.overlay import theme
from app.overlay.theme import Role
from app.overlay.view import Status, Tone

PILL_UNITS = 2.1
"""Height of a pill, in lines of text."""
_SIGN_ROLES = {Tone.WAITING: Role.PlaceholderText, Tone.LIVE: Role.Accent, Tone.ENDED: Role.PlaceholderText}
_FILLED_TONES = (Tone.PAUSED, Tone.WARNING)


def pill_width(metrics: QFontMetricsF, status: Status) -> float:
    """Width of the pill of a status, in pixels."""
    return metrics.horizontalAdvance(status.text) + (1.05 + PILL_UNITS) * metrics.height()


def draw_pill(painter: QPainter, status: Status, pill: QRectF, colours: QPalette) -> None:
    """Draw the pill of a status, filled with the warning colour if it needs attention."""
    filled = status.tone in _FILLED_TONES
    ground = colours.color(Role.BrightText) if filled else theme.faded(colours.color(Role.Base), theme.GLASS_ALPHA)
    theme.fill_rounded(painter, pill, pill.height() / 2, ground)
    line = painter.fontMetrics().height()
    words = pill.adjusted(pill.height() / 2, 0, -pill.height() / 2, 0)
    size = 0.58 * line
    sign = QRectF(words.left(), words.center().y() - size / 2, size, size)
    draw_sign(painter, status.tone, sign, colours.color(Role.Base if filled else _SIGN_ROLES[status.tone]))
    ink = colours.color(Role.Base if filled else Role.WindowText)
    theme.write(painter, words.adjusted(1.05 * line, 0, 1, 0), status.text, ink)


def draw_sign(painter: QPainter, tone: Tone, where: QRectF, colour: QColor) -> None:
    """Live: a disc. Waiting: a ring. Paused: two bars. Ended: a square. Warning: a triangle."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if tone is Tone.LIVE:
        painter.drawEllipse(where)
    elif tone is Tone.WAITING:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, where.width() / 5))
        painter.drawEllipse(where.adjusted(1, 1, -1, -1))
    elif tone is Tone.PAUSED:
        for left in (0.08, 0.60):
            bar = QRectF(where.left() + left * where.width(), where.top(), 0.32 * where.width(), where.height())
            painter.drawRoundedRect(bar, 1, 1)
    elif tone is Tone.ENDED:
        painter.drawRoundedRect(where.adjusted(1, 1, -1, -1), 1, 1)
    else:
        top = QPointF(where.center().x(), where.top())
        painter.drawPolygon(QPolygonF([top, where.bottomRight(), where.bottomLeft()]))
