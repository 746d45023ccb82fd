import logging
from collections.abc import Callable

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.overlay.hud import Hud
from app.overlay.view import View, ViewOptions, ViewUpdate
from models.recognition import Recognition


@pytest.fixture
def view(options: ViewOptions) -> View:
    return View(options)


@pytest.fixture
def hud(qtbot: QtBot, view: View) -> Hud:
    hud = Hud(view)
    qtbot.addWidget(hud)
    hud.show()
    return hud


@pytest.mark.parametrize(
    "flag",
    [
        Qt.WindowType.FramelessWindowHint,
        Qt.WindowType.WindowStaysOnTopHint,
        Qt.WindowType.WindowTransparentForInput,
        Qt.WindowType.WindowDoesNotAcceptFocus,
    ],
)
def test_its_window_flags(hud: Hud, flag: Qt.WindowType) -> None:
    assert hud.windowFlags() & flag


def test_it_is_at_the_bottom_of_the_screen(hud: Hud) -> None:
    screen = QGuiApplication.primaryScreen()
    assert screen is not None
    room = screen.availableGeometry()
    assert room.contains(hud.geometry())
    assert abs(hud.geometry().center().x() - room.center().x()) <= 1
    assert hud.geometry().bottom() > room.bottom() - 0.1 * room.height()


def test_it_is_masked_to_its_content(hud: Hud, view: View, recognise: Callable[..., Recognition]) -> None:
    state, gesture = hud.pills
    assert gesture is None
    assert hud.mask().contains(state.toAlignedRect())
    idle = hud.mask().boundingRect()
    seen = recognise(1.0, "Thumb Up", fires=True)
    assert seen.event is not None
    view.take(ViewUpdate(seen, events=[seen.event]))
    hud.show_view(view)
    _, gesture = hud.pills
    assert gesture is not None
    assert hud.mask().boundingRect().contains(gesture.toAlignedRect())
    view.take(ViewUpdate(recognise(4.0)))
    hud.show_view(view)
    assert hud.mask().boundingRect().height() == idle.height()


def test_a_long_message_stays_on_the_screen(hud: Hud, view: View) -> None:
    view.take(ViewUpdate(message="the camera " * 60))
    hud.show_view(view)
    assert hud.mask().boundingRect().width() <= hud.width()
    assert not hud.grab().isNull()


def test_a_pause_changes_its_appearance(hud: Hud, view: View, recognise: Callable[..., Recognition]) -> None:
    view.take(ViewUpdate(recognise(1.0)))
    hud.show_view(view)
    before = hud.grab().toImage()
    view.paused = True
    hud.show_view(view)
    assert hud.grab().toImage() != before


def test_on_wayland_a_warning_states_that_it_cannot_stay_on_top(
    qtbot: QtBot, view: View, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", staticmethod(lambda: "wayland"))
    with caplog.at_level(logging.WARNING):
        qtbot.addWidget(Hud(view))
    assert "Wayland" in caplog.text
    assert "QT_QPA_PLATFORM=xcb" in caplog.text
