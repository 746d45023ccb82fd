"""The choice of a backend, and the errors of those that do not work."""

import builtins
import ctypes
import types

import pytest

from app.control import back_ends
from app.control.back_ends import ControlError, choose, is_trusted_on_mac, open_backend


@pytest.mark.parametrize(
    ("asked", "environment", "platform", "chosen"),
    [
        ("auto", {"DISPLAY": ":0"}, "linux", "pynput"),
        ("auto", {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux", "uinput"),
        ("auto", {}, "linux", "uinput"),
        ("auto", {}, "darwin", "pynput"),
        ("auto", {}, "win32", "pynput"),
        ("pynput", {"WAYLAND_DISPLAY": "wayland-0"}, "linux", "pynput"),
        ("uinput", {"DISPLAY": ":0"}, "linux", "uinput"),
    ],
)
def test_choosing(asked, environment, platform, chosen):
    assert choose(asked, environment, platform) == chosen


def forbid(monkeypatch, package):
    """As if a package were not installed."""
    real = builtins.__import__

    def imported(name, *rest):
        if name.split(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", imported)


def test_no_display(monkeypatch):
    monkeypatch.setattr(back_ends.sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(ControlError, match=r"no X11 display.*--dry-run"):
        open_backend("pynput")


def test_without_a_display_that_is_the_first_reason(monkeypatch, tmp_path):
    monkeypatch.setattr(back_ends.sys, "platform", "linux")
    monkeypatch.setattr(back_ends, "DEVICE", str(tmp_path / "uinput"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ControlError, match=r"^cannot control the desktop: there is no display .*uinput: "):
        open_backend("auto")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with pytest.raises(ControlError, match=r"^cannot control the desktop through uinput: "):
        open_backend("auto")


def test_pynput_is_missing(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9")

    def missing(module):
        raise ModuleNotFoundError(f"No module named 'pynput.{module}'")

    monkeypatch.setattr(back_ends, "server_lacks", lambda _: False)
    monkeypatch.setattr(back_ends, "load", missing)
    with pytest.raises(ControlError, match=r"pip install -r requirements-control\.txt"):
        open_backend("pynput")


def test_pynput_does_not_load(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":9")

    def broken(module):
        raise ImportError("this platform is not supported:\n  (':9' is no display)")

    monkeypatch.setattr(back_ends, "server_lacks", lambda _: False)
    monkeypatch.setattr(back_ends, "load", broken)
    with pytest.raises(ControlError, match=r"pynput does not load: this platform .* is no display") as caught:
        open_backend("pynput")
    assert "\n" not in str(caught.value)


# python-xlib leaves the sockets of a connection that failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_display_that_does_not_respond(monkeypatch):
    pytest.importorskip("Xlib")
    monkeypatch.setenv("DISPLAY", ":987")
    monkeypatch.setattr(back_ends.sys, "platform", "linux")
    assert "':987' does not respond" in back_ends.pynput_problem()


def test_evdev_is_missing(monkeypatch):
    monkeypatch.setattr(back_ends.sys, "platform", "linux")
    forbid(monkeypatch, "evdev")
    with pytest.raises(ControlError, match=r"evdev is not installed.*gcc"):
        open_backend("uinput")


def test_uinput_is_missing_or_forbidden(monkeypatch, tmp_path):
    pytest.importorskip("evdev")
    monkeypatch.setattr(back_ends, "DEVICE", str(tmp_path / "uinput"))
    assert "modprobe uinput" in back_ends.uinput_problem()
    (tmp_path / "uinput").touch()
    monkeypatch.setattr(back_ends.os, "access", lambda *_: False)
    assert "usermod -aG input" in back_ends.uinput_problem()
    monkeypatch.setattr(back_ends.os, "access", lambda *_: True)
    assert back_ends.uinput_problem() == ""


def test_keyboards_without_permission_are_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(back_ends, "INPUT_DEVICES", tmp_path / "event*")
    assert "no pause key" in back_ends.listening_problem("uinput")
    monkeypatch.setattr(back_ends, "server_lacks", lambda _: False)
    assert back_ends.listening_problem("pynput") == ""
    (tmp_path / "event3").touch()
    assert back_ends.listening_problem("uinput") == ""


def test_an_error_of_opening_the_device_is_reported(monkeypatch):
    def refuse():
        raise OSError("no\nroom")

    monkeypatch.setitem(back_ends.PROBLEMS, "uinput", lambda: "")
    monkeypatch.setattr(back_ends.UinputBackend, "open", refuse)
    with pytest.raises(ControlError, match="through uinput: no room; see --doctor"):
        open_backend("uinput")


def test_uinput_is_linux_only(monkeypatch):
    monkeypatch.setattr(back_ends.sys, "platform", "darwin")
    assert "Linux" in back_ends.uinput_problem()


class Library:
    def __init__(self, trusted):
        self.AXIsProcessTrusted = types.SimpleNamespace(restype=None)
        self.AXIsProcessTrusted = lambda: trusted


@pytest.mark.parametrize("trusted", [True, False])
def test_a_missing_permission_of_macos_is_reported(monkeypatch, trusted):
    monkeypatch.setattr(back_ends.sys, "platform", "darwin")
    monkeypatch.setattr(back_ends, "load", lambda _: None)
    monkeypatch.setattr(back_ends, "is_trusted_on_mac", lambda: is_trusted_on_mac(lambda _: Library(trusted)))
    problem = back_ends.pynput_problem()
    assert (problem == "") is trusted
    assert trusted or "Accessibility" in problem


def test_a_mac_without_the_function_is_not_trusted():
    def missing(path):
        raise OSError(path)

    assert not is_trusted_on_mac(missing)
    assert not is_trusted_on_mac(lambda _: object())
    assert ctypes.CDLL is is_trusted_on_mac.__defaults__[0]
