"""Stage: the picture with the status at its top, and the current gesture or the guide at its bottom."""

from collections.abc import Callable

from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from app.overlay import theme, tone
from app.overlay.badge import Badge
from app.overlay.caption import Caption
from app.overlay.guide import HEIGHT_UNITS, Guide
from app.overlay.picture import Picture
from app.overlay.region_frame import RegionFrame
from app.overlay.view import View
from models.region import Region

GLOW_S = 0.8
"""Duration of the glow of the picture's edge after an event, in seconds of stream time."""
_GLOW_STEPS = 16


class Stage(QWidget):
    """Places the status and the gesture on the picture."""

    def __init__(
        self,
        mirror: bool,
        draw_region: Callable[[Region | None], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.picture = Picture(mirror, self)
        self.frame = RegionFrame(mirror, draw_region, self)
        self.badge = Badge(self)
        self.caption = Caption(self)
        self.guide = Guide(self)
        for words in (self.badge, self.caption, self.guide):
            words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # regions are drawn through them
        self._area = QRect()

    def show_view(self, view: View) -> None:
        current = view.current
        glow = max(0.0, 1 - view.age_s(current) / GLOW_S) if current else 0.0
        self.picture.show_image(view.image, round(glow * _GLOW_STEPS) / _GLOW_STEPS)
        self.frame.show_region(view.region)
        self.badge.show_status(view.status)
        self.caption.show_gesture(None if view.prompt else current)
        self.guide.show_prompt(view.prompt)
        self._lay_out()

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        self.picture.setGeometry(self.rect())
        self._lay_out()

    def _lay_out(self) -> None:
        if self.picture.area == self._area:
            return
        self._area = area = self.picture.area
        unit = theme.unit(self)
        margin, width = unit, area.width() - 2 * unit
        self.frame.setGeometry(area)
        self.badge.setGeometry(area.left() + margin, area.top() + margin, width, round(tone.PILL_UNITS * unit))
        high = round(min(5.2 * unit, area.height() / 4))
        self.caption.setGeometry(area.left() + margin, area.bottom() - margin - high, width, high)
        high = round(HEIGHT_UNITS * unit)
        self.guide.setGeometry(area.left() + margin, area.bottom() - margin - high, width, high)
