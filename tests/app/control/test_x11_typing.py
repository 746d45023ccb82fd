"""Typed characters are correct with every keyboard layout of an X11 desktop."""

import ctypes
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pytest
from desktop import MISSING, ROOT, Desktop, wait_for

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)} for a desktop to try it on"),
    pytest.mark.skipif(not find_spec("pynput"), reason="needs pynput (requirements-control.txt)"),
    pytest.mark.skipif(not shutil.which("setxkbmap"), reason="needs setxkbmap (Debian: x11-xkb-utils)"),
    pytest.mark.skipif(sys.platform != "linux", reason="needs X11"),
]
TEXT = "Hello Zoë 42! ({[~]}) a_b@c.de é ß € й"
TYPE = """
import sys
from app.control.pressed_keys import PressedKeys
from app.control.pynput_backend import PynputBackend
backend = PynputBackend()
pressed = PressedKeys(backend)
for line in sys.stdin:
    pressed.write(line)
    print("done", flush=True)
backend.close()
"""


@pytest.fixture(scope="module")
def desktop(tmp_path_factory):
    desktop = Desktop(tmp_path_factory.mktemp("desktop"))
    yield desktop
    desktop.close()


@pytest.fixture
def typed(desktop, tmp_path):
    """Type texts into a terminal, each after a change to the keyboard; return the lines that arrived."""
    desktop.run("setxkbmap", "us")

    def type_(*parts):
        out = tmp_path / "typed"
        # Each has its own title: the window of the last test's terminal may still exist.
        xterm = desktop.popen(["xterm", "-u8", "-T", tmp_path.name, "-e", f"cat > {out}"])
        wait_for(out.exists, "the terminal's program")
        desktop.focus(tmp_path.name)
        command = [sys.executable, "-c", TYPE]
        with subprocess.Popen(
            command, cwd=ROOT, env=desktop.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as backend:
            for prepare, text in parts:
                prepare()
                backend.stdin.write(text + "\n")
                backend.stdin.flush()
                assert backend.stdout.readline() == "done\n"
            backend.stdin.close()
        wait_for(lambda: out.read_text().count("\n") >= len(parts), "all lines")
        xterm.kill()
        xterm.wait(20)
        return out.read_text().splitlines()

    return type_


@pytest.mark.parametrize("layout", ["us", "us,ru", "de", "fr", "es", "ru", "us -variant altgr-intl", "ch", "gb"])
def test_a_text_is_typed_with_any_layout(desktop, typed, layout):
    assert typed((lambda: desktop.run("setxkbmap", *layout.split()), TEXT)) == [TEXT]


def test_a_layout_may_change_while_it_runs(desktop, typed):
    layouts = ["us", "fr", "de", "ru", "us"]
    parts = [(lambda layout=layout: desktop.run("setxkbmap", layout), TEXT) for layout in layouts]
    assert typed(*parts) == [TEXT] * len(layouts)


@pytest.mark.parametrize("caps", [False, True])
def test_characters_that_no_key_has_are_typed(desktop, typed, caps):
    text = "αΩ 日本 中 한 → 😀 İ ı ς ſ µ ǅ ﬁ «»"  # noqa: RUF001
    prepare = (lambda: desktop.run("xdotool", "key", "Caps_Lock")) if caps else (lambda: None)
    try:
        assert typed((prepare, text)) == [text]
    finally:
        prepare()


def lock_group(display, number):
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    x11.XkbLockGroup(connection, 0x100, number)
    x11.XSync(connection, 0)
    x11.XCloseDisplay(connection)


@pytest.mark.parametrize("layouts", ["us,ru", "us,de", "fr,ru"])
def test_any_of_several_layouts_may_be_active(desktop, typed, layouts):
    def activate(number):
        desktop.run("setxkbmap", layouts)
        lock_group(desktop.environ["DISPLAY"], number)

    assert typed((lambda: activate(1), TEXT), (lambda: activate(0), TEXT)) == [TEXT] * 2


@pytest.mark.parametrize("layout", ["us", "de", "fr"])
def test_caps_lock_changes_nothing(desktop, typed, layout):
    def lock():
        desktop.run("setxkbmap", layout)
        desktop.run("xdotool", "key", "Caps_Lock")

    # No layout has a key for the capital of ß, and programs handle ß with Caps Lock differently.
    text = TEXT.replace("ß ", "")
    assert typed((lock, text), (lock, text)) == [text] * 2
