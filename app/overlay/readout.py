"""Readout: the readings of the meters: rates, durations and dropped frames."""

from functools import lru_cache

from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QFont, QFontMetricsF, QPaintEvent
from PyQt6.QtWidgets import QWidget

from app.overlay import theme
from app.overlay.theme import Role
from app.overlay.view import View


class Readout(QWidget):
    """A strip of cells, each with a name above a value; cells that do not fit are omitted from the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: tuple[tuple[str, str], ...] = ()
        self.setAccessibleName("Meters")

    def sizeHint(self) -> QSize:
        unit = theme.unit(self)
        return QSize(10 * unit, round(2.6 * unit))

    def show_view(self, view: View) -> None:
        cells = cells_of(view)
        if cells != self._cells:
            self._cells = cells
            self.setAccessibleDescription(", ".join(f"{name} {value}" for name, value in cells))
            self.update()

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        unit, colours = theme.unit(self), self.palette()
        small, large = theme.scaled(self.font(), 0.85), theme.scaled(self.font(), 1.0, QFont.Weight.DemiBold)
        x = 0.25 * unit
        with theme.painting(self) as painter:
            for name, value in self._cells:
                width = max(_width(small, name), _width(large, value))
                if x + width > self.width():
                    break
                painter.setFont(small)
                theme.write(painter, QRectF(x, 0, width, 1.2 * unit), name, colours.color(Role.PlaceholderText))
                painter.setFont(large)
                theme.write(painter, QRectF(x, 1.2 * unit, width, 1.3 * unit), value, colours.color(Role.WindowText))
                x += width + 1.8 * unit


def cells_of(view: View) -> tuple[tuple[str, str], ...]:
    """Names and values of the cells."""
    engine = ("Engine", view.options.engine_words)
    readings = view.readings
    if readings is None:
        return (engine,)
    return (
        ("Camera", f"{readings.camera_hz:.0f} Hz"),
        ("Network", f"{readings.step_hz:.0f} Hz"),
        ("Step", f"{readings.step_ms.p50:.1f} ms"),
        ("Step p95", f"{readings.step_ms.p95:.1f} ms"),
        ("Dropped", f"{readings.dropped}"),
        engine,
    )


@lru_cache(maxsize=256)
def _width(font: QFont, text: str) -> float:
    """Width of a text with all digits replaced by 0, so that the positions of cells do not change."""
    return QFontMetricsF(font).horizontalAdvance("".join("0" if each.isdigit() else each for each in text)) + 2
