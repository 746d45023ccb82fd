"""Theme: two palettes, light and dark, and sizes that follow the system's font.

Widgets paint with their `palette()`, which they inherit from the window, so that a change of scheme reaches all.
The roles: Window is the background, Base a card on it, Mid a track or thin line, PlaceholderText secondary text,
Accent a highlight, BrightText a warning.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetrics,
    QGuiApplication,
    QPaintDevice,
    QPainter,
    QPalette,
)
from PyQt6.QtWidgets import QWidget

Role = QPalette.ColorRole

_LIGHT = {
    Role.Window: "#eef0f3",
    Role.Base: "#ffffff",
    Role.Mid: "#dde1e7",
    Role.WindowText: "#12161d",
    Role.PlaceholderText: "#535c69",
    Role.Accent: "#00695a",
    Role.BrightText: "#8f4500",
}
_DARK = {
    Role.Window: "#0d1014",
    Role.Base: "#171b21",
    Role.Mid: "#2a3038",
    Role.WindowText: "#f1f4f8",
    Role.PlaceholderText: "#a3adba",
    Role.Accent: "#4fe0bd",
    Role.BrightText: "#ffb454",
}
_ALIASES = {
    Role.Text: Role.WindowText,
    Role.ButtonText: Role.WindowText,
    Role.Button: Role.Base,
    Role.AlternateBase: Role.Base,
    Role.Highlight: Role.Accent,
    Role.HighlightedText: Role.Base,
}
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_SMOOTH = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
GLASS_ALPHA = 0.88
"""Opacity of a card over the picture or the desktop."""


def palette(dark: bool) -> QPalette:
    """The colours of one scheme."""
    colours = _DARK if dark else _LIGHT
    result = QPalette(QColor(colours[Role.Window]))
    for role, name in colours.items():
        result.setColor(role, QColor(name))
    for role, source in _ALIASES.items():
        result.setColor(role, QColor(colours[source]))
    return result


def system_palette() -> QPalette:
    """The colours of the system's scheme."""
    hints = QGuiApplication.styleHints()
    scheme = hints.colorScheme() if hints else Qt.ColorScheme.Unknown
    if scheme is Qt.ColorScheme.Unknown:
        return palette(QGuiApplication.palette().color(Role.Window).lightness() < 128)
    return palette(scheme is Qt.ColorScheme.Dark)


def unit(widget: QWidget) -> int:
    """The unit of all sizes: the height of a line of text, in pixels."""
    return widget.fontMetrics().height()


@lru_cache(maxsize=256)
def scaled(font: QFont, factor: float, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The same font in another size, with digits of one width if it has them.

    Cached, because looking up a font takes longer than drawing a word.
    """
    result = QFont(font)
    result.setPointSizeF(QFontInfo(font).pointSizeF() * factor)
    result.setWeight(weight)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result


def window_font(font: QFont) -> QFont:
    """The system's font, 12 % larger, because a user who gestures sits further from the screen."""
    return scaled(font, 1.12)


def faded(colour: QColor, alpha: float) -> QColor:
    """The same colour, with its opacity multiplied by `alpha`."""
    result = QColor(colour)
    result.setAlphaF(result.alphaF() * alpha)
    return result


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """An antialiased painter on a widget or pixmap; it is ended also after an error."""
    painter = QPainter(device)
    painter.setRenderHints(_SMOOTH)
    painter.setPen(Qt.PenStyle.NoPen)
    try:
        yield painter
    finally:
        painter.end()


def fill_rounded(painter: QPainter, where: QRectF, radius: float, colour: QColor) -> None:
    """Fill a rounded rectangle."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawRoundedRect(where, radius, radius)


def write(painter: QPainter, where: QRectF, text: str, colour: QColor, right: bool = False) -> None:
    """Draw one line of text, vertically centred, elided if it is too long."""
    painter.setPen(colour)
    painter.drawText(where, _RIGHT if right else _LEFT, _fitting(painter.font(), text, int(where.width()) + 1))


@lru_cache(maxsize=1024)
def _fitting(font: QFont, text: str, width: int) -> str:
    """The text, elided to a width in pixels."""
    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, width)
