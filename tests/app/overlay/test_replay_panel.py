"""The replay in the window: playing a moment, selecting another, marking one as wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot
from streams import step

from app.overlay.main_window import Window
from app.overlay.replay_panel import ReplayPanel
from app.overlay.view import View, ViewOptions
from app.replay import Moment, Replay, Shot
from common.errors import UserError
from models.decoder import GestureEvent

Key = Qt.Key


class ReplayWithMoments(Replay):
    """A replay with fixed moments, which records the marked ones."""

    def __init__(self) -> None:
        self.marked: list[Moment] = []
        self.available: tuple[Moment, ...] = (moment("Thumb Up"), moment("Swiping Left"))
        self.full = False

    @property
    def moments(self) -> tuple[Moment, ...]:
        return self.available

    def mark_wrong(self, moment: Moment) -> None:
        if self.full:
            raise UserError("cannot write it (disk full); free some")
        self.marked.append(moment)


def moment(label: str) -> Moment:
    shots = [Shot(k / 12, np.full((48, 64, 3), 5 * k, np.uint8), step(k / 12)) for k in range(48)]
    return Moment(GestureEvent(label, 0.87, 3.0, 3.9), tuple(shots))


@pytest.fixture
def replay() -> ReplayWithMoments:
    return ReplayWithMoments()


@pytest.fixture
def window(qtbot: QtBot, options: ViewOptions, replay: ReplayWithMoments, tmp_path: Path) -> Window:
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    settings.setValue("hint_seen", True)
    window = Window(View(replace(options, replay=replay)), settings, lambda: None)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def panel(qtbot: QtBot, window: Window) -> ReplayPanel:
    qtbot.keyClick(window, Key.Key_R)
    assert window.replay is not None
    return window.replay


def test_r_plays_the_newest_moment_and_closes_it(qtbot: QtBot, panel: ReplayPanel) -> None:
    assert panel.isVisible()
    assert panel.accessibleName() == "Thumb Up, 87 % · 1 of 2"
    qtbot.keyClick(panel, Key.Key_R)
    assert not panel.isVisible()


def test_it_plays(qtbot: QtBot, panel: ReplayPanel) -> None:
    first = panel.grab().toImage()
    qtbot.waitUntil(lambda: panel.grab().toImage() != first)


def test_arrows_select_a_moment_and_stop_at_the_ends(qtbot: QtBot, panel: ReplayPanel) -> None:
    names = []
    for key in (Key.Key_Left, Key.Key_Left, Key.Key_Right, Key.Key_Right):
        qtbot.keyClick(panel, key)
        names.append(panel.accessibleName().split(",")[0])
    assert names == ["Swiping Left", "Swiping Left", "Thumb Up", "Thumb Up"]


def test_n_marks_a_moment_once(qtbot: QtBot, panel: ReplayPanel, replay: ReplayWithMoments) -> None:
    qtbot.keyClick(panel, Key.Key_Left)
    qtbot.keyClick(panel, Key.Key_N)
    qtbot.keyClick(panel, Key.Key_N)
    assert replay.marked == [replay.available[1]]


def test_an_error_of_saving_is_shown_and_saving_can_be_repeated(
    qtbot: QtBot, panel: ReplayPanel, replay: ReplayWithMoments
) -> None:
    replay.full = True
    qtbot.keyClick(panel, Key.Key_N)
    assert "disk full" in panel.accessibleDescription()
    replay.full = False
    qtbot.keyClick(panel, Key.Key_N)
    assert replay.marked == [replay.available[0]]


def test_without_events_it_shows_a_message(qtbot: QtBot, window: Window, replay: ReplayWithMoments) -> None:
    replay.available = ()
    qtbot.keyClick(window, Key.Key_R)
    assert window.replay is not None
    assert window.replay.accessibleName() == "No gesture to replay yet"
    qtbot.keyClick(window.replay, Key.Key_N)
    qtbot.keyClick(window.replay, Key.Key_Left)
    assert not window.replay.grab().isNull()


def test_space_and_q_still_reach_the_window(qtbot: QtBot, window: Window, panel: ReplayPanel) -> None:
    with qtbot.waitSignal(window.closed):
        qtbot.keyClick(panel, Key.Key_Q)


def test_without_a_replay_r_does_nothing(qtbot: QtBot, options: ViewOptions, tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    window = Window(View(options), settings, lambda: None)
    qtbot.addWidget(window)
    window.show()
    qtbot.keyClick(window, Key.Key_R)
    assert window.replay is None
