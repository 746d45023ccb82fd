import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Thread

import pytest
from PyQt6.QtCore import QSize, QTimer
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.overlay.application import run
from app.overlay.bridge import Bridge
from app.overlay.gesture_list import GestureList
from app.overlay.hud import Hud
from app.overlay.main_window import Window
from app.overlay.picture import Picture
from app.overlay.view import ViewOptions
from common.errors import UserError
from models.errors import CameraError
from models.recognition import Recognition


class Story:
    """The calls that `run` made to the worker, in order, and the worker's action at its start."""

    def __init__(self, act: Callable[[Bridge], None]) -> None:
        self._act = act
        self.calls: list[object] = []

    def start(self, bridge: Bridge) -> None:
        self.calls.append("start")
        self._act(bridge)

    def stop(self) -> None:
        self.calls.append("stop")

    def set_paused(self, paused: bool) -> None:
        self.calls.append(paused)

    def run(self, options: ViewOptions) -> None:
        run(options, self.start, self.stop, self.set_paused)


@pytest.fixture
def window() -> Iterator[Callable[[], Window]]:
    """Find the open window."""
    yield lambda: next(each for each in QApplication.topLevelWidgets() if isinstance(each, Window) and each.isVisible())
    assert not [each for each in QApplication.topLevelWidgets() if each.isVisible()], "a window was left open"


def soon(action: Callable[[], object]) -> None:
    QTimer.singleShot(0, action)


def in_a_thread(action: Callable[[], object]) -> None:
    Thread(target=action).start()


def test_closing_the_window_stops_the_worker(qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]) -> None:
    story = Story(lambda _: soon(lambda: window().close()))
    story.run(options)
    assert story.calls == ["start", "stop"]


def test_the_workers_error_is_raised_after_the_window_is_closed(
    qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]
) -> None:
    error = CameraError("camera 0 is gone")
    story = Story(lambda bridge: in_a_thread(lambda: bridge.fail(error)))
    with pytest.raises(CameraError) as raised:
        story.run(options)
    assert raised.value is error
    assert story.calls == ["start", "stop"]


def test_an_error_while_starting_stops_too(qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]) -> None:
    def act(bridge: Bridge) -> None:
        raise CameraError("no such camera")

    story = Story(act)
    with pytest.raises(CameraError, match="no such camera"):
        story.run(options)
    assert story.calls == ["start", "stop"]


def test_ctrl_c_ends_it_and_restores_the_old_handler(
    qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]
) -> None:
    before = signal.getsignal(signal.SIGINT), sys.excepthook
    story = Story(lambda _: in_a_thread(lambda: os.kill(os.getpid(), signal.SIGINT)))
    with pytest.raises(KeyboardInterrupt):
        story.run(options)
    assert story.calls == ["start", "stop"]
    assert (signal.getsignal(signal.SIGINT), sys.excepthook) == before


def test_ctrl_c_while_the_window_is_built_ends_it_before_anything_starts(
    qtbot: QtBot, options: ViewOptions, window: Callable[[], Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    hint = GestureList.sizeHint

    def interrupted(self: GestureList) -> QSize:  # Qt calls it
        os.kill(os.getpid(), signal.SIGINT)
        return hint(self)

    monkeypatch.setattr(GestureList, "sizeHint", interrupted)
    before, story = signal.getsignal(signal.SIGINT), Story(lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        story.run(options)
    assert story.calls == ["stop"]
    assert signal.getsignal(signal.SIGINT) == before


def test_sigterm_ends_it_cleanly(qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    story = Story(lambda _: in_a_thread(lambda: os.kill(os.getpid(), signal.SIGTERM)))
    story.run(options)
    assert story.calls == ["start", "stop"]
    assert signal.getsignal(signal.SIGTERM) == before
    assert signal.set_wakeup_fd(-1) == -1


def test_an_error_while_painting_ends_it_instead_of_the_process(
    qtbot: QtBot, options: ViewOptions, window: Callable[[], Window], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(self: Picture, event: object) -> None:
        raise ZeroDivisionError("paint")

    monkeypatch.setattr(Picture, "paintEvent", broken)
    story = Story(lambda _: None)
    with pytest.raises(ZeroDivisionError, match="paint"):
        story.run(options)
    assert story.calls == ["start", "stop"]


def test_frames_reach_the_window_and_it_stays_open_when_the_source_ends(
    qtbot: QtBot,
    options: ViewOptions,
    window: Callable[[], Window],
    recognise: Callable[..., Recognition],
) -> None:
    descriptions: list[str] = []

    def work(bridge: Bridge) -> None:
        bridge.see(recognise(0.0, "Thumb Up", 0.9, fires=True))
        bridge.see(recognise(0.1))
        bridge.end()

    def check() -> None:
        badge, past = window().stage.badge.accessibleName(), window().timeline.accessibleDescription()
        if badge != "End of Camera 0":
            QTimer.singleShot(5, check)
            return
        descriptions.append(past)
        window()._toggle_pause()  # no effect after the end
        window().close()

    def act(bridge: Bridge) -> None:
        in_a_thread(lambda: work(bridge))
        soon(check)

    story = Story(act)
    story.run(options)
    assert descriptions == ["Thumb Up, 90 %, now"]
    assert story.calls == ["start", "stop"]


def test_pause_and_resume(qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]) -> None:
    def act() -> None:
        window()._toggle_pause()
        assert window().stage.badge.accessibleName() == "Paused"
        window()._toggle_pause()
        assert window().stage.badge.accessibleName() == "Opening Camera 0"
        window().close()

    story = Story(lambda _: soon(act))
    story.run(options)
    assert story.calls == ["start", True, False, "stop"]


def test_the_badge_and_the_listener_learn_whether_the_window_has_the_focus(
    qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]
) -> None:
    heard: list[bool] = []
    badges: list[str] = []

    def badge() -> str:
        return window().stage.badge.accessibleName()

    def act() -> None:
        other = QWidget()
        other.show()
        for each in (window(), other):
            each.activateWindow()
            qtbot.waitUntil(each.isActiveWindow)
            badges.append(badge())
        other.close()
        window().close()

    story = Story(lambda _: soon(act))
    story.run(replace(options, armed=True, on_focus=heard.append))
    assert heard[:2] == [True, False]
    assert ["click the window" in each for each in badges] == [True, False]


def test_without_a_display_no_worker_is_started(options: ViewOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    story = Story(lambda _: None)
    with pytest.raises(UserError, match="--headless"):
        story.run(options)
    assert story.calls == []


def test_without_qt_the_error_states_what_to_install(options: ViewOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "app.overlay.session", None)
    story = Story(lambda _: None)
    with pytest.raises(UserError, match=r"needs PyQt6.*pip install -r requirements\.txt.*--headless"):
        story.run(options)
    assert story.calls == []


def test_the_hud_runs_like_the_window(qtbot: QtBot, options: ViewOptions, window: Callable[[], Window]) -> None:
    def act() -> None:
        hud = next(each for each in QApplication.topLevelWidgets() if isinstance(each, Hud) and each.isVisible())
        hud.close()

    story = Story(lambda _: soon(act))
    story.run(replace(options, overlay=True))
    assert story.calls == ["start", "stop"]
