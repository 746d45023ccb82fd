from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from app.meters import Readings
from app.overlay import theme
from app.overlay.key_hints import KeyButton
from app.overlay.main_window import Window
from app.overlay.readout import cells_of
from app.overlay.view import View, ViewOptions, ViewUpdate
from models.recognition import Recognition

Recognise = Callable[..., Recognition]
Key = Qt.Key


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def pauses() -> list[bool]:
    return []


@pytest.fixture
def view(options: ViewOptions) -> View:
    return View(options)


@pytest.fixture
def first_run_window(qtbot: QtBot, view: View, settings: QSettings, pauses: list[bool]) -> Window:
    window = Window(view, settings, lambda: pauses.append(True))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def window(qtbot: QtBot, first_run_window: Window) -> Window:
    qtbot.keyClick(first_run_window.hint, Key.Key_Return)
    return first_run_window


def test_the_hint_does_not_cover_the_window_while_control_is_armed(
    qtbot: QtBot, options: ViewOptions, settings: QSettings
) -> None:
    acting = Window(View(replace(options, armed=True)), settings, lambda: None)
    qtbot.addWidget(acting)
    acting.show()
    qtbot.waitExposed(acting)
    assert not acting.hint.isVisible()
    waiting_view = View(replace(options, armed=False))
    waiting = Window(waiting_view, settings, lambda: None)
    qtbot.addWidget(waiting)
    waiting.show()
    qtbot.waitExposed(waiting)
    assert waiting.hint.isVisible(), "at the first run, while control is disarmed"
    waiting_view.take(ViewUpdate(armed=True))
    waiting.show_view(waiting_view)
    assert not waiting.hint.isVisible()
    qtbot.keyClick(waiting, Key.Key_H)
    waiting.show_view(waiting_view)
    assert waiting.hint.isVisible(), "shown on request"


def test_space_pauses(qtbot: QtBot, window: Window, pauses: list[bool]) -> None:
    qtbot.keyClick(window, Key.Key_Space)
    assert pauses == [True]


def test_c_is_control_on_or_off_where_there_is_control(
    qtbot: QtBot, window: Window, view: View, settings: QSettings
) -> None:
    qtbot.keyClick(window, Key.Key_C)  # no effect without control
    assert "Control" not in [button.text() for button in window.findChildren(KeyButton)]
    toggles: list[bool] = []
    other = Window(view, settings, lambda: None, lambda: toggles.append(True))
    qtbot.addWidget(other)
    qtbot.keyClick(other, Key.Key_C)
    next(button for button in other.findChildren(KeyButton) if button.text() == "Control").click()
    assert toggles == [True, True]


def test_f_goes_to_full_screen_and_escape_leaves_it_before_it_quits(qtbot: QtBot, window: Window) -> None:
    qtbot.keyClick(window, Key.Key_F)
    assert window.isFullScreen()
    qtbot.keyClick(window, Key.Key_F)
    assert not window.isFullScreen()
    qtbot.keyClick(window, Key.Key_F)
    qtbot.keyClick(window, Key.Key_Escape)
    assert not window.isFullScreen()
    assert window.isVisible()
    with qtbot.waitSignal(window.closed):
        qtbot.keyClick(window, Key.Key_Escape)
    assert not window.isVisible()


def test_q_quits(qtbot: QtBot, window: Window) -> None:
    with qtbot.waitSignal(window.closed):
        qtbot.keyClick(window, Key.Key_Q)


def test_the_hint_is_shown_at_the_first_run_only(
    qtbot: QtBot, first_run_window: Window, view: View, settings: QSettings, pauses: list[bool]
) -> None:
    assert first_run_window.hint.isVisible()
    qtbot.keyClick(first_run_window.hint, Key.Key_Space)
    assert not first_run_window.hint.isVisible()
    assert pauses == [], "the key that closes the hint has no other effect"
    again = Window(view, settings, lambda: None)
    qtbot.addWidget(again)
    again.show()
    assert not again.hint.isVisible()


@pytest.mark.parametrize("key", [Key.Key_H, Key.Key_Question])
def test_the_hint_can_be_shown_again(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    qtbot.keyClick(window, key)
    assert window.hint.isVisible()
    qtbot.mouseClick(window.hint, Qt.MouseButton.LeftButton)
    assert not window.hint.isVisible()
    qtbot.keyClick(window, Key.Key_F)
    assert window.isFullScreen(), "the window has the keyboard focus again"


def test_full_screen_and_quit_work_below_the_hint(qtbot: QtBot, first_run_window: Window) -> None:
    qtbot.keyClick(first_run_window.hint, Key.Key_F)
    assert first_run_window.isFullScreen()
    assert first_run_window.hint.isVisible()
    assert first_run_window.hint.size() == first_run_window.size()
    with qtbot.waitSignal(first_run_window.closed):
        qtbot.keyClick(first_run_window.hint, Key.Key_Q)


def test_the_hint_scrolls_by_key_if_it_does_not_fit(qtbot: QtBot, first_run_window: Window) -> None:
    first_run_window.resize(first_run_window.minimumSize())
    bar = first_run_window.hint._scroll.verticalScrollBar()
    assert bar is not None
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.keyClick(first_run_window.hint, Key.Key_PageDown)
    assert bar.value() > 0
    assert first_run_window.hint.isVisible()


def test_every_key_has_a_button_that_takes_no_focus(qtbot: QtBot, window: Window, pauses: list[bool]) -> None:
    buttons = {button.accessibleName(): button for button in window._keys.findChildren(KeyButton)}
    assert list(buttons) == ["Pause (Space)", "Full screen (F)", "Gestures (H)", "Quit (Q)"]
    qtbot.mouseClick(buttons["Pause (Space)"], Qt.MouseButton.LeftButton)
    assert pauses == [True]
    qtbot.mouseClick(buttons["Gestures (H)"], Qt.MouseButton.LeftButton)
    assert window.hint.isVisible()
    with qtbot.waitSignal(window.closed):
        qtbot.mouseClick(buttons["Quit (Q)"], Qt.MouseButton.LeftButton)


def test_screen_readers_get_the_shown_texts(
    window: Window, view: View, recognise: Recognise, readings: Readings
) -> None:
    seen = recognise(5.0, "Thumb Up", 0.93, fires=True)
    assert seen.event is not None
    view.take(ViewUpdate(seen, readings, [seen.event]))
    window.show_view(view)
    assert window.stage.caption.accessibleName() == "Thumb Up, 93 %"
    assert window.stage.badge.accessibleName() == "Camera 0"
    assert window.bars.accessibleDescription().startswith("Thumb Up 93 %, ")
    assert window.timeline.accessibleDescription() == "Thumb Up, 93 %, now"
    assert window.readout.accessibleDescription() == (
        "Camera 30 Hz, Network 12 Hz, Step 3.1 ms, Step p95 3.8 ms, Dropped 7, Engine onnxruntime · CPU"
    )
    view.take(ViewUpdate(recognise(8.0), readings))
    window.show_view(view)
    assert window.stage.caption.accessibleName() == "No gesture"
    assert window.timeline.accessibleDescription() == "Thumb Up, 93 %, 3 s"


def test_before_the_first_frame_only_the_engine_is_known(view: View) -> None:
    assert cells_of(view) == (("Engine", "onnxruntime · CPU"),)


@pytest.mark.parametrize("size", [(1, 1), (500, 400), (1280, 720), (3840, 2160), (400, 1600)])
@pytest.mark.parametrize("dark", [False, True])
def test_it_paints_at_any_size_in_both_schemes(
    window: Window, view: View, recognise: Recognise, readings: Readings, size: tuple[int, int], dark: bool
) -> None:
    window.setPalette(theme.palette(dark))
    window.resize(*size)
    for second in range(40):
        seen = recognise(3.0 * second, "Wave to a friend", fires=True)
        assert seen.event is not None
        view.take(ViewUpdate(seen, readings, [seen.event]))
    window.show_view(view)
    assert window.grab().toImage().pixelColor(1, 1) == theme.palette(dark).color(theme.Role.Window)
    shown = (window.bars, window.timeline, window.stage.caption, window.hint._list)
    accent = theme.palette(dark).color(theme.Role.Accent)
    assert all(each.palette().color(theme.Role.Accent) == accent for each in shown)


def test_a_small_window_shows_only_the_picture(window: Window) -> None:
    window.resize(1280, 720)
    assert window.bars.isVisible()
    window.resize(window.minimumSize())
    assert not window.bars.isVisible()
    assert window.stage.isVisible()


def test_the_caption_is_on_the_picture(window: Window, view: View, recognise: Recognise, readings: Readings) -> None:
    for size in ((48, 64), (64, 36), (36, 64)):
        view.take(ViewUpdate(recognise(1.0, size=size), readings))
        window.show_view(view)
        area = window.stage.picture.area
        assert area.contains(window.stage.caption.geometry())
        assert area.contains(window.stage.badge.geometry())
