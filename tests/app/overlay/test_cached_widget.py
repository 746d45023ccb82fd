from collections.abc import Callable

import pytest
from PyQt6.QtGui import QColor, QPainter
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.overlay import theme
from app.overlay.badge import Badge
from app.overlay.cached_widget import CachedWidget
from app.overlay.caption import Caption
from app.overlay.theme import Role
from app.overlay.view import Past, Status, Tone


class Counted(CachedWidget):
    """A widget in its palette's accent colour that counts its paintings."""

    def __init__(self) -> None:
        super().__init__()
        self.painted = 0
        self.resize(40, 30)

    def paint_content(self, painter: QPainter) -> None:
        self.painted += 1
        painter.fillRect(self.rect(), self.palette().color(Role.Accent))


@pytest.fixture
def widget(qtbot: QtBot) -> Counted:
    widget = Counted()
    qtbot.addWidget(widget)
    widget.setPalette(theme.palette(dark=False))
    widget.grab()
    return widget


def test_it_is_painted_once_and_shown_several_times(widget: Counted) -> None:
    pictures = [widget.grab().toImage() for _ in range(3)]
    assert widget.painted == 1
    assert pictures[0].pixelColor(20, 15) == theme.palette(dark=False).color(Role.Accent)
    assert pictures[0] == pictures[2]


@pytest.mark.parametrize(
    "change",
    [
        lambda widget: widget.redraw(),
        lambda widget: widget.resize(60, 30),
        lambda widget: widget.setPalette(theme.palette(dark=True)),
        lambda widget: widget.setFont(theme.scaled(widget.font(), 2.0)),
    ],
    ids=["content", "size", "palette", "font"],
)
def test_it_is_painted_once_more_after_a_change(widget: Counted, change: Callable[[QWidget], None]) -> None:
    change(widget)
    widget.grab()
    picture = widget.grab().toImage()
    assert widget.painted == 2
    assert picture.pixelColor(picture.width() - 1, 15) == widget.palette().color(Role.Accent)


def test_the_cached_copy_is_transparent(qtbot: QtBot) -> None:
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


def test_badge_and_caption_are_painted_again_only_for_new_text(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
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
