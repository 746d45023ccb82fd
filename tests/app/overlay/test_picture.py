from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QRect, QRectF
from PyQt6.QtGui import QColor, QImage, QPainter, QPainterPath, QRegion
from pytestqt.qtbot import QtBot

from app.overlay import picture as picture_module
from app.overlay.picture import Picture, corners_of, scale_into, strips_around
from models.recognition import Recognition

RED, BLACK = QColor("#ff0000"), QColor("#000000")


def shown(qtbot: QtBot, seen: Recognition, mirror: bool, size: tuple[int, int]) -> Picture:
    picture = Picture(mirror)
    qtbot.addWidget(picture)
    picture.resize(*size)
    picture.show_image(seen.frame.image, 0.0)
    return picture


@pytest.mark.parametrize("mirror", [False, True], ids=["not mirrored", "mirrored"])
@pytest.mark.parametrize("size", [(640, 480), (32, 24)], ids=["enlarged", "reduced"])
def test_the_picture_is_mirrored_only_on_request(
    qtbot: QtBot, recognise: Callable[..., Recognition], mirror: bool, size: tuple[int, int]
) -> None:
    image = shown(qtbot, recognise(), mirror, size).grab().toImage()
    width, middle = image.width(), image.height() // 2
    left, right = image.pixelColor(width // 4, middle), image.pixelColor(3 * width // 4, middle)
    assert (left, right) == ((BLACK, RED) if mirror else (RED, BLACK))


def test_the_picture_keeps_its_proportions_in_the_middle(qtbot: QtBot, recognise: Callable[..., Recognition]) -> None:
    assert shown(qtbot, recognise(), False, (1000, 480)).area == QRect(180, 0, 640, 480)
    assert shown(qtbot, recognise(), False, (640, 680)).area == QRect(0, 100, 640, 480)


def test_a_frame_is_scaled_once_for_several_paintings(
    qtbot: QtBot, recognise: Callable[..., Recognition], monkeypatch: pytest.MonkeyPatch
) -> None:
    scalings: list[int] = []

    def counted(*args: object) -> None:
        scalings.append(1)
        scale_into(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(picture_module, "scale_into", counted)
    picture = shown(qtbot, recognise(0.0), False, (640, 480))
    for glow in (1.0, 0.5, 0.0):
        picture.show_image(picture._image, glow)
        picture.grab()
    assert len(scalings) == 1
    picture.show_image(recognise(0.1).frame.image, 0.0)
    picture.grab()
    assert len(scalings) == 2
    picture.resize(320, 240)
    picture.grab()
    assert len(scalings) == 3


@pytest.mark.parametrize("shape", [(1, 1), (3, 2000), (2000, 3)])
def test_any_size_of_frame_can_be_shown(qtbot: QtBot, shape: tuple[int, int]) -> None:
    picture = Picture(mirror=True)
    qtbot.addWidget(picture)
    picture.resize(300, 200)
    picture.show_image(np.full((*shape, 3), 200, np.uint8), 1.0)
    assert not picture.grab().isNull()


def test_a_strided_picture_is_shown_correctly(qtbot: QtBot) -> None:
    wide = np.zeros((48, 128, 3), np.uint8)
    wide[:, ::2] = (0, 0, 255)
    screen = np.zeros((48, 64, 4), np.uint8)
    scale_into(screen, wide[:, ::2], mirror=False)
    assert (screen[..., 0] == 255).all(), "the first channel is blue"
    assert (screen[..., 1:3] == 0).all()


@pytest.mark.parametrize("area", [QRect(180, 0, 640, 480), QRect(0, 100, 1000, 280), QRect(0, 0, 1000, 480)])
def test_the_strips_around_a_picture_are_the_rest(area: QRect) -> None:
    whole = QRect(0, 0, 1000, 480)
    rest = QRegion(whole).subtracted(QRegion(area))
    strips = QRegion()
    for strip in strips_around(area, whole):
        strips = strips.united(strip)
    assert strips == rest


def test_the_corners_are_the_rest_of_a_rounded_rectangle() -> None:
    area = QRectF(10, 20, 200, 100)
    whole, inside = QPainterPath(), QPainterPath()
    whole.addRect(area)
    inside.addRoundedRect(area, 12.5, 12.5)
    expected, corners = filled(whole.subtracted(inside)), filled(corners_of((10, 20, 200, 100), 12.5))
    assert expected.max() == 255
    assert np.abs(expected - corners).max() <= 16, "a sixteenth of a pixel"


def filled(path: QPainterPath) -> NDArray[np.int64]:
    """A path in white on black."""
    image = QImage(240, 140, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(path, QColor("white"))
    painter.end()
    return np.array([[image.pixelColor(x, y).red() for x in range(240)] for y in range(140)])
