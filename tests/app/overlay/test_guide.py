"""The guide of a guided recording, in the window."""

from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QPoint, QRect, QSettings
from pytestqt.qtbot import QtBot

from app.overlay.bridge import Bridge
from app.overlay.main_window import Window
from app.overlay.view import View, ViewOptions
from app.recording.prompt import Prompt

SOON = Prompt("Circle · 1 of 5", "Make the movement once.", 2.4, recording=False, progress=0.1)
NOW = Prompt("Circle · 1 of 5", "Make the movement once.", 2.4, recording=True, progress=0.2)
DONE = Prompt("Done", "Everything is saved.", 0.0, recording=False, progress=1.0)


def test_the_guide_shows_the_prompt_over_the_picture(qtbot: QtBot, tmp_path: Path, options: ViewOptions) -> None:
    view, bridge = View(replace(options, guided=True)), Bridge()
    window = Window(view, QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat), lambda: None)
    qtbot.addWidget(window)
    window.show()
    assert not window.stage.guide.isVisible()
    pictures = []
    for prompt, name in ((SOON, "3"), (NOW, "Now"), (DONE, "Done")):
        bridge.guide(prompt)
        view.take(bridge.take())
        window.show_view(view)
        assert window.stage.guide.isVisible()
        assert name in window.stage.guide.accessibleName()
        pictures.append(
            window.grab(QRect(window.stage.guide.mapTo(window, QPoint()), window.stage.guide.size())).toImage()
        )
    assert pictures[0] != pictures[1] != pictures[2]
    assert window.stage.picture.area.contains(window.stage.guide.geometry())


def test_a_prompt_stays_until_the_next_one(options: ViewOptions) -> None:
    view, bridge = View(options), Bridge()
    bridge.guide(SOON)
    view.take(bridge.take())
    bridge.show_message("camera 0 is back")
    view.take(bridge.take())
    assert view.prompt == SOON


def test_a_guided_recording_does_not_begin_behind_the_hint(qtbot: QtBot, tmp_path: Path, options: ViewOptions) -> None:
    for guided in (False, True):
        settings = QSettings(str(tmp_path / f"{guided}.ini"), QSettings.Format.IniFormat)
        window = Window(View(replace(options, guided=guided)), settings, lambda: None)
        qtbot.addWidget(window)
        window.show()
        assert window.hint.isVisible() is not guided
