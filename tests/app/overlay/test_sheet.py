from collections.abc import Callable

import pytest
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.overlay import theme
from app.overlay.badge import Badge
from app.overlay.caption import Caption
from app.overlay.sheet import Sheet
from app.overlay.theme import Role
from app.overlay.view import Past, Status, Tone


class Counted(Sheet):
    """A sheet in its palette's accent that counts how often it is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = 0
        self.resize(40, 30)

    def paint_content(self, painter: QPainter) -> None:
        self.painted += 1
        painter.fillRect(self.rect(), self.palette().color(Role.Accent))


@pytest.fixture
def sheet(qtbot: QtBot) -> Counted:
    sheet = Counted()
    qtbot.addWidget(sheet)
    sheet.setPalette(theme.palette(dark=False))
    sheet.grab()
    return sheet


def test_it_is_painted_once_however_often_it_is_shown(sheet: Counted) -> None:
    pictures = [sheet.grab().toImage() for _ in range(3)]
    assert sheet.painted == 1
    assert pictures[0].pixelColor(20, 15) == theme.palette(dark=False).color(Role.Accent)
    assert pictures[0] == pictures[2]


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: sheet.redraw(),
        lambda sheet: sheet.resize(60, 30),
        lambda sheet: sheet.setPalette(theme.palette(dark=True)),
        lambda sheet: sheet.setFont(theme.scaled(sheet.font(), 2.0)),
    ],
    ids=["content", "size", "palette", "font"],
)
def test_it_is_painted_anew_once_when_something_changed(sheet: Counted, change: Callable[[QWidget], None]) -> None:
    change(sheet)
    sheet.grab()
    picture = sheet.grab().toImage()
    assert sheet.painted == 2
    assert picture.pixelColor(picture.width() - 1, 15) == sheet.palette().color(Role.Accent)


def test_what_is_painted_keeps_its_transparency(qtbot: QtBot) -> None:
    below = QWidget()
    qtbot.addWidget(below)
    below.setPalette(theme.palette(dark=False))
    below.resize(300, 40)
    badge = Badge(below)
    badge.resize(300, 40)
    badge.show_status(Status(Tone.LIVE, "Camera 0"))
    picture = below.grab().toImage()
    assert picture.pixelColor(299, 20) == QColor(theme.palette(dark=False).color(Role.Window))
    assert picture.pixelColor(60, 2) != picture.pixelColor(299, 20)


def test_badge_and_caption_are_painted_anew_only_for_new_words(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[type] = []
    for kind in (Badge, Caption):
        paint = kind.paint_content
        monkeypatch.setattr(
            kind,
            "paint_content",
            lambda self, painter, paint=paint: (painted.append(type(self)), paint(self, painter)),
        )
    badge, caption = Badge(), Caption()
    for each in (badge, caption):
        qtbot.addWidget(each)
        each.resize(400, 60)
    for words, gestures in (("Camera 0", 1), ("Camera 0", 1), ("Paused", 2)):
        badge.show_status(Status(Tone.LIVE, words))
        caption.show_gesture(Past("Thumb Up", 0.9, float(gestures)))
        badge.grab()
        caption.grab()
    assert painted == [Badge, Caption] * 2
    caption.show_gesture(None)
    assert caption.grab().toImage().pixelColor(200, 30) == caption.palette().color(Role.Window)
    assert len(painted) == 4
