from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, QRectF, Qt
from PyQt6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.overlay.region_frame import RegionFrame
from models.region import WHOLE, Region

REGION = Region(0.1, 0.2, 0.5, 0.6)
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def drawn() -> list[Region | None]:
    return []


@pytest.fixture
def make(qtbot: QtBot, drawn: list[Region | None]) -> Callable[..., RegionFrame]:
    def shown(mirror: bool = False, may_draw: bool = True) -> RegionFrame:
        frame = RegionFrame(mirror, drawn.append if may_draw else None)
        qtbot.addWidget(frame)
        frame.resize(200, 100)
        frame.show()
        return frame

    return shown


def drag(qtbot: QtBot, frame: RegionFrame, start: tuple[int, int], end: tuple[int, int]) -> None:
    qtbot.mousePress(frame, LEFT, pos=QPoint(*start))
    qtbot.mouseMove(frame, QPoint(*end))
    qtbot.mouseRelease(frame, LEFT, pos=QPoint(*end))


@pytest.mark.parametrize(("mirror", "left"), [(False, 20), (True, 80)])
def test_the_frame_is_around_the_region(make: Callable[..., RegionFrame], mirror: bool, left: int) -> None:
    frame = make(mirror)
    frame.show_region(REGION)
    assert frame.frame == QRectF(left, 20, 100, 60)
    colours = {QColor(frame.grab().toImage().pixel(left + 2, 22)).name(), frame.palette().window().color().name()}
    assert len(colours) == 2, "something is painted at its corner"


@pytest.mark.parametrize("region", [None, WHOLE])
def test_there_is_no_frame_around_the_whole_picture(make: Callable[..., RegionFrame], region: Region | None) -> None:
    frame = make()
    frame.show_region(region)
    assert frame.frame is None


@pytest.mark.parametrize(("mirror", "left"), [(False, 0.1), (True, 0.4)])
@pytest.mark.parametrize("backwards", [False, True])
def test_dragging_draws_a_region(
    qtbot: QtBot,
    make: Callable[..., RegionFrame],
    drawn: list[Region | None],
    mirror: bool,
    left: float,
    backwards: bool,
) -> None:
    corners = [(20, 20), (120, 80)]
    drag(qtbot, make(mirror), *(reversed(corners) if backwards else corners))
    (region,) = drawn
    assert region
    assert (region.left, region.top, region.width, region.height) == pytest.approx((left, 0.2, 0.5, 0.6))


def test_a_drag_ends_at_the_pictures_edge(
    qtbot: QtBot, make: Callable[..., RegionFrame], drawn: list[Region | None]
) -> None:
    drag(qtbot, make(), (100, 50), (500, 500))
    assert drawn == [Region(0.5, 0.5, 0.5, 0.5)]


def test_a_click_draws_nothing_and_a_double_click_removes_the_region(
    qtbot: QtBot, make: Callable[..., RegionFrame], drawn: list[Region | None]
) -> None:
    frame = make()
    qtbot.mouseClick(frame, LEFT, pos=QPoint(50, 50))
    drag(qtbot, frame, (50, 50), (53, 90))
    assert drawn == []
    qtbot.mouseDClick(frame, LEFT, pos=QPoint(50, 50))
    assert drawn == [None]


def test_nothing_can_be_drawn_without_a_callback(qtbot: QtBot, make: Callable[..., RegionFrame]) -> None:
    frame = make(may_draw=False)
    drag(qtbot, frame, (20, 20), (120, 80))
    assert frame.frame is None
