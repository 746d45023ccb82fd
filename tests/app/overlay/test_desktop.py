"""The window and the HUD on a real X11 desktop with a window manager, each in a separate process."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest
from desktop import ROOT, Desktop, wait_for

TOOLS = ("Xvfb", "openbox", "xdotool", "xwininfo")
TIMEOUT_S = 20.0

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, TOOLS)), reason=f"needs {', '.join(TOOLS)} for a desktop to try it on"
)

PROGRAM = """
import sys
from threading import Event
import numpy as np
from PyQt6.QtCore import QSettings
from app.meters import Percentiles, Readings
from app.overlay.application import run
from app.overlay.view import ViewOptions
from models.frame import Frame
from models.recognition import Recognition

settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "mstnet-live", "mstnet-live")
settings.setValue("hint_seen", True)
settings.sync()

def start(bridge):
    picture, likely = np.full((48, 64, 3), 255, np.uint8), np.array([0.1, 0.9], np.float32)
    seen = Recognition(Frame(picture, 0.0, 0), (), likely, likely, None)
    bridge.see(seen)
    print("shown", flush=True)

options = ViewOptions(("No gesture", "Thumb Up"), "toy", "toy", "Test", overlay="--overlay" in sys.argv)
pause = lambda paused: print("paused" if paused else "resumed", flush=True)
try:
    run(options, start, lambda: print("stopped", flush=True), pause)
except KeyboardInterrupt:
    sys.exit(130)
"""

BELOW = """
from PyQt6.QtWidgets import QApplication, QWidget

class Below(QWidget):
    def mousePressEvent(self, event):
        print("clicked", flush=True)

app = QApplication([])
below = Below()
below.setWindowTitle("Below")
below.showFullScreen()
app.exec()
"""


class Screen(Desktop):
    """A desktop of 1000 x 700 pixels, and its windows by title."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "-screen", "0", "1000x700x24")

    def start(self, program: str, *arguments: str) -> "subprocess.Popen[str]":
        return self.popen([sys.executable, "-c", program, *arguments], cwd=ROOT, stdout=subprocess.PIPE)

    def xdotool(self, *arguments: str) -> str:
        return self.run("xdotool", *arguments).strip()

    def window(self, title: str) -> str:
        """The number of the visible window with this title; waits for it."""
        found = self.xdotool("search", "--sync", "--onlyvisible", "--name", title)
        assert found, f"no window called {title!r}"
        return found.split()[-1]

    def geometry(self, window: str) -> dict[str, int]:
        lines = self.xdotool("getwindowgeometry", "--shell", window).splitlines()
        return {name: int(value) for name, value in (line.split("=") for line in lines)}


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Screen]:
    desktop = Screen(tmp_path)
    yield desktop
    desktop.close()


def prints(process: "subprocess.Popen[str]", line: str) -> bool:
    """Whether the next line is this one; False if none comes within `TIMEOUT_S`."""
    assert process.stdout is not None
    with Watchdog(process):
        return process.stdout.readline().strip() == line


class Watchdog:
    """Ends a process after a timeout, so that reading from it returns."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._timer = Timer(TIMEOUT_S, process.kill)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def test_the_keys_of_the_window(desktop: Screen) -> None:
    app = desktop.start(PROGRAM)
    assert prints(app, "shown")
    window = desktop.window("Test · toy")
    desktop.xdotool("windowfocus", "--sync", window)
    desktop.xdotool("key", "space")
    assert prints(app, "paused")
    desktop.xdotool("key", "space")
    assert prints(app, "resumed")
    desktop.xdotool("key", "f")
    wait_for(lambda: desktop.geometry(window)["HEIGHT"] == 700, "a full screen")
    desktop.xdotool("key", "Escape")
    wait_for(lambda: desktop.geometry(window)["HEIGHT"] < 700, "the window")
    desktop.xdotool("key", "q")
    assert prints(app, "stopped")
    assert app.wait(TIMEOUT_S) == 0


@pytest.mark.parametrize("arguments", [(), ("--overlay",)], ids=["window", "HUD"])
def test_ctrl_c_ends_it(desktop: Screen, arguments: tuple[str, ...]) -> None:
    app = desktop.start(PROGRAM, *arguments)
    assert prints(app, "shown")
    app.send_signal(signal.SIGINT)
    assert prints(app, "stopped")
    assert app.wait(TIMEOUT_S) == 130


def test_a_click_goes_through_the_hud_which_stays_on_top(desktop: Screen) -> None:
    app = desktop.start(PROGRAM, "--overlay")
    assert prints(app, "shown")
    hud = desktop.window("Test · toy")
    below = desktop.start(BELOW)
    window = desktop.window("Below")  # opened later and full screen, as a slide show is
    wait_for(lambda: desktop.geometry(window)["HEIGHT"] == 700, "a full screen")
    desktop.xdotool("windowfocus", "--sync", window, "windowraise", window)
    where = desktop.geometry(hud)
    x, y = where["X"] + where["WIDTH"] // 2, where["Y"] + where["HEIGHT"] - 25
    desktop.xdotool("mousemove", "--sync", str(x), str(y), "click", "1")
    assert prints(below, "clicked")
    assert desktop.xdotool("getwindowfocus") == window, "the HUD took the focus"
    assert stacking(desktop, hud) > stacking(desktop, window)


def stacking(desktop: Screen, window: str) -> int:
    """Position of a window's frame in the stacking order; a higher number is further up."""
    lines, top = desktop.run("xwininfo", "-root", "-tree").splitlines(), 0
    for number, line in enumerate(lines):
        if line.startswith("     0x"):
            top = number
        if hex(int(window)) in line:
            return -top  # xwininfo lists the topmost first
    raise AssertionError(f"window {window} is not in the tree")
