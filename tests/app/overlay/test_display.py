import ctypes
import re
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from app.overlay import display
from app.overlay.display import choose_platform, forget_opencv_plugins
from common.errors import UserError

pytestmark = pytest.mark.usefixtures("on_linux")


@pytest.fixture
def on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.fixture
def both_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_problem", lambda _name, _environ: None)


def test_without_a_display_the_error_states_what_to_do() -> None:
    with pytest.raises(UserError, match=r"neither DISPLAY nor WAYLAND_DISPLAY is set.*--headless"):
        choose_platform({}, overlay=False)


def test_qt_platforms_that_need_no_display_are_not_changed() -> None:
    assert choose_platform({"QT_QPA_PLATFORM": "offscreen"}, overlay=False) is None


def test_requesting_x11_without_a_display_is_an_error() -> None:
    with pytest.raises(UserError, match=r"--headless") as raised:
        choose_platform({"QT_QPA_PLATFORM": "xcb"}, overlay=False)
    assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("both_work")
def test_the_window_prefers_wayland_and_the_hud_x11() -> None:
    session = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    assert choose_platform(session, overlay=False) == "wayland"
    assert choose_platform(session, overlay=True) == "xcb"
    assert choose_platform({"WAYLAND_DISPLAY": "wayland-0"}, overlay=True) == "wayland"
    assert choose_platform({"DISPLAY": ":0"}, overlay=False) == "xcb"
    assert choose_platform(session | {"QT_QPA_PLATFORM": "wayland"}, overlay=True) is None, "the user chose"


def test_a_platform_that_does_not_work_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_problem", lambda name, _environ: "broken" if name == "wayland" else None)
    assert choose_platform({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, overlay=False) == "xcb"


def test_other_systems_are_left_to_qt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert choose_platform({}, overlay=True) is None


def test_a_display_that_does_not_respond_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "_missing_libraries", lambda: None)
    if display._load_error("libxcb.so.1"):
        pytest.skip("needs libxcb to connect to a display")
    with pytest.raises(UserError, match=r"The X display ':4711' does not respond"):
        choose_platform({"DISPLAY": ":4711"}, overlay=False)


def test_a_wayland_display_is_checked_by_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as compositor:
        environ = {"XDG_RUNTIME_DIR": folder, "WAYLAND_DISPLAY": "wayland-7"}
        with pytest.raises(UserError, match=r"wayland-7' does not respond"):
            choose_platform(environ, overlay=False)
        compositor.bind(str(Path(folder, "wayland-7")))
        compositor.listen()
        assert choose_platform(environ, overlay=False) == "wayland"


def test_missing_libraries_are_named_with_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        if re.search("libqxcb|cursor|x11-xcb|xkbcommon", name.lower()):
            raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(ctypes, "CDLL", load)
    with pytest.raises(UserError) as raised:
        choose_platform({"DISPLAY": ":0"}, overlay=False)
    message = str(raised.value)
    assert "needs libX11-xcb.so.1, libxcb-cursor.so.0, libxkbcommon-x11.so.0, libxkbcommon.so.0" in message
    assert "apt install libx11-xcb1 libxcb-cursor0 libxkbcommon-x11-0 libxkbcommon0, or use --headless" in message


def test_another_error_of_the_plugin_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        if "libqxcb" in name:
            raise OSError("wrong ELF class")

    monkeypatch.setattr(ctypes, "CDLL", load)
    with pytest.raises(UserError, match="wrong ELF class"):
        choose_platform({"DISPLAY": ":0"}, overlay=False)


def test_only_opencvs_variables_are_removed() -> None:
    environ = {
        "QT_QPA_PLATFORM_PLUGIN_PATH": "/env/site-packages/cv2/qt/plugins",
        "QT_QPA_FONTDIR": "/home/me/fonts",
        "PATH": "/bin",
    }
    forget_opencv_plugins(environ)
    assert environ == {"QT_QPA_FONTDIR": "/home/me/fonts", "PATH": "/bin"}
