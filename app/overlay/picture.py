"""Picture: the camera picture, scaled once per frame to the pixels of the screen."""

import ctypes
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PyQt6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PyQt6.QtWidgets import QWidget

from app.overlay import theme
from app.overlay.theme import Role
from models.frame import Image


class Picture(QWidget):
    """Paints the newest frame as large as it fits, with round corners, and a glow after an event."""

    def __init__(self, mirror: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mirror = mirror
        self._image: Image | None = None
        self._glow = 0.0
        self._screen = QImage()
        self._stale = False
        self._placed_for: object = None
        self.area = QRect()
        """Rectangle of the picture in the widget."""
        self._place()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Camera picture")

    def show_image(self, image: Image | None, glow: float) -> None:
        """Show a picture, uint8 [H, W, 3] RGB, with a glow in [0, 1]."""
        if image is self._image and glow == self._glow:
            return
        if image is not self._image:
            self._image, self._stale = image, True
        self._glow = glow
        before = self.area
        self._place()
        self.update(before.united(self.area))

    @property
    def proportion(self) -> float:
        """Width divided by height of the picture; 4:3 before the first one."""
        return self._image.shape[1] / self._image.shape[0] if self._image is not None else 4 / 3

    def resizeEvent(self, _event: QResizeEvent | None) -> None:
        self._place()

    def _place(self) -> None:
        size, proportion = self.size(), self.proportion
        if (size, proportion) == self._placed_for:
            return
        self._placed_for = size, proportion
        width = max(1, min(size.width(), round(size.height() * proportion)))
        height = max(1, min(size.height(), round(size.width() / proportion)))
        self.area = QRect((size.width() - width) // 2, (size.height() - height) // 2, width, height)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the scaled picture and the round corners."""
        area, dirty = self.area, event.rect() if event else self.rect()
        with theme.painting(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            for strip in strips_around(area, self.rect()) if not area.contains(dirty) else ():
                painter.fillRect(strip, self.palette().color(Role.Window))
            scaled = self._scaled_to(area)
            if scaled is None:
                painter.fillRect(area, self.palette().color(Role.Base))
            else:
                painter.drawImage(area.topLeft(), scaled)
            self._finish_edges(painter, QRectF(area))

    def _finish_edges(self, painter: QPainter, area: QRectF) -> None:
        radius = 0.75 * theme.unit(self)
        painter.fillPath(corners_of(area.getRect(), radius), self.palette().color(Role.Window))
        if self._glow > 0:
            width = 0.22 * theme.unit(self)
            painter.setPen(QPen(theme.faded(self.palette().color(Role.Accent), self._glow), width))
            edge = area.adjusted(width / 2, width / 2, -width / 2, -width / 2)
            painter.drawRoundedRect(edge, radius - width / 2, radius - width / 2)

    def _scaled_to(self, area: QRect) -> QImage | None:
        """The picture in device pixels, scaled once per frame and size; None before the first frame."""
        ratio = self.devicePixelRatioF()
        size = QSize(max(1, round(area.width() * ratio)), max(1, round(area.height() * ratio)))
        if self._image is None:
            return None
        if self._screen.size() != size:
            self._screen = QImage(size, QImage.Format.Format_RGB32)
            self._stale = True
        if self._stale:
            scale_into(_pixels(self._screen), self._image, self._mirror)
            self._stale = False
        self._screen.setDevicePixelRatio(ratio)
        return self._screen


@lru_cache(maxsize=4)
def corners_of(area: tuple[float, float, float, float], radius: float) -> QPainterPath:
    """The parts of an area outside its rounded corners; the area is left, top, width and height.

    Filling four small shapes is faster than one frame around the area.
    """
    left, top, width, height = area
    path, size = QPainterPath(), 2 * radius
    for x, y, from_degrees in ((1, 0, 0), (0, 0, 90), (0, 1, 180), (1, 1, 270)):
        path.moveTo(left + x * width, top + y * height)
        path.arcTo(left + x * (width - size), top + y * (height - size), size, size, from_degrees, 90)
        path.closeSubpath()
    return path


def strips_around(area: QRect, whole: QRect) -> tuple[QRect, ...]:
    """The rectangles left, right, above and below an area inside of `whole`."""
    return (
        QRect(whole.topLeft(), QPoint(area.left() - 1, whole.bottom())),
        QRect(QPoint(area.right() + 1, whole.top()), whole.bottomRight()),
        QRect(QPoint(area.left(), whole.top()), QPoint(area.right(), area.top() - 1)),
        QRect(QPoint(area.left(), area.bottom() + 1), QPoint(area.right(), whole.bottom())),
    )


def scale_into(screen: NDArray[np.uint8], image: Image, mirror: bool) -> None:
    """Scale a picture into the screen's pixels: uint8 [H, W, 4], blue, green, red and an unused byte.

    OpenCV releases Python's lock, so that the recognition continues meanwhile. Colour conversion and mirroring are done
    at the smaller of the two sizes.
    """
    height, width = screen.shape[:2]
    if width < image.shape[1]:
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        screen[:] = _for_screen(small, mirror)
    else:
        cv2.resize(_for_screen(image, mirror), (width, height), dst=screen, interpolation=cv2.INTER_LINEAR)


def _for_screen(image: cv2.typing.MatLike, mirror: bool) -> cv2.typing.MatLike:
    coloured = cv2.cvtColor(image, cv2.COLOR_RGB2BGRA)
    return cv2.flip(coloured, 1) if mirror else coloured


def _pixels(image: QImage) -> NDArray[np.uint8]:
    """A writable view of an image's memory, uint8 [H, W, 4]."""
    bits = image.bits()
    assert bits is not None
    memory = (ctypes.c_uint8 * image.sizeInBytes()).from_address(int(bits))
    return np.ctypeslib.as_array(memory).reshape(image.height(), image.width(), 4)
