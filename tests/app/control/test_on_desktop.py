"""The app controls real programs in real windows: the events that arrive, their order, and the keys at the end.

An X server and a window manager; `main.py` as a user starts it; xterm, xev and feh as the controlled programs.
"""

import json
import signal
import sys
import threading
from importlib.util import find_spec

import cv2
import numpy as np
import pytest
from desktop import MISSING, PATIENCE_S, ROOT, Desktop, Terminal, Witness, wait_for
from grey import grey_clip, grey_model

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)} for a desktop to try it on"),
    pytest.mark.skipif(not find_spec("pynput"), reason="needs pynput (requirements-control.txt)"),
    pytest.mark.skipif(sys.platform != "linux", reason="needs X11"),
]

REST = ("No gesture", 0.4)
LEFT, RIGHT, UP, STOP = ((label, 0.4) for label in ("Swiping Left", "Swiping Right", "Thumb Up", "Stop Sign"))
LEFT_ARROW, RIGHT_ARROW = b"\x1b[D", b"\x1b[C"
ARROWS = """
[gestures."Swiping Left"]
key = "left"
[gestures."Swiping Right"]
key = "right"
[gestures."Stop Sign"]
pause = true
"""
HOLD = '[gestures."Thumb Up"]\nkey = "ctrl+shift+a"\nmode = "hold"\n[gestures."Stop Sign"]\npause = true'


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return grey_model(tmp_path_factory.mktemp("model") / "grey.onnx")


@pytest.fixture
def desktop(tmp_path):
    desktop = Desktop(tmp_path)
    yield desktop
    desktop.close()


@pytest.fixture
def run(desktop, model, tmp_path):
    """Start the app with a script of gestures."""

    def start(key_map, script, *arguments):
        (tmp_path / "key map.toml").write_text(key_map)
        clip = grey_clip(tmp_path / "clip.avi", REST, *(part for label in script for part in (label, REST)))
        fixed = ("--camera", clip, "--main-pass-only", "--model", model, "--control", tmp_path / "key map.toml")
        return desktop.app(*fixed, *arguments)

    return start


def ended(app):
    """Wait for the end; return the lines on standard output and error."""
    out, err = app.communicate(timeout=PATIENCE_S)
    assert app.returncode == 0, err
    assert "Traceback" not in err
    return [json.loads(line) for line in out.splitlines()], err.splitlines()


def wait_for_log(app, text):
    """Wait for a line on standard error; end the app if none comes."""
    timer = threading.Timer(PATIENCE_S, app.kill)
    timer.start()
    try:
        if not any(text in line for line in app.stderr):
            raise AssertionError(f"not logged: {text}")
    finally:
        timer.cancel()


def test_keys_arrive_in_order_and_once_and_none_between_two_pause_gestures(desktop, run):
    terminal = Terminal(desktop)
    lines, logged = ended(run(ARROWS, [LEFT, RIGHT, STOP, LEFT, STOP, RIGHT, LEFT], "--headless", "--armed"))
    assert terminal.typed == LEFT_ARROW + RIGHT_ARROW + RIGHT_ARROW + LEFT_ARROW
    assert logged[0] == "mstnet: control is on"
    assert lines[0]["type"] == "header"
    assert lines[1] == {"v": 1, "type": "control", "armed": True}
    assert [line["armed"] for line in lines if line["type"] == "control"] == [True, False, True]
    assert desktop.keys_down() == []


def test_a_dry_run_logs_actions_and_does_nothing(desktop, run):
    terminal = Terminal(desktop)
    _, logged = ended(run(ARROWS, [LEFT, STOP, RIGHT, STOP, RIGHT], "--headless", "--dry-run"))
    assert logged == [
        "mstnet: control is on",
        "mstnet: Swiping Left: press left",
        "mstnet: control is off (Stop Sign)",
        "mstnet: control is on (Stop Sign)",
        "mstnet: Swiping Right: press right",
    ]
    assert terminal.typed == b""


def test_nothing_arrives_until_it_is_armed(desktop, run):
    terminal = Terminal(desktop)
    lines, logged = ended(run(ARROWS, [LEFT, STOP, RIGHT], "--headless"))
    assert logged == ["mstnet: control is off; press Pause or Ctrl+Shift+F9 to turn it on"]
    assert [line["label"] for line in lines if line["type"] == "gesture"] == [
        "Swiping Left",
        "Stop Sign",
        "Swiping Right",
    ]
    assert terminal.typed == b""


def test_the_pause_keys_turn_it_on_and_off_in_every_window(desktop, run):
    terminal = Terminal(desktop)
    app = run(ARROWS, [LEFT] * 10, "--headless", "--realtime")
    wait_for_log(app, "control is off")
    desktop.run("xdotool", "key", "Pause")
    wait_for_log(app, "control is on (key)")
    wait_for(lambda: LEFT_ARROW * 2 in terminal.typed, "two arrows")
    desktop.run("xdotool", "key", "ctrl+shift+F9")
    wait_for_log(app, "control is off (key)")
    before = terminal.typed
    lines, _ = ended(app)
    assert len([line for line in lines if line["type"] == "gesture"]) > before.count(LEFT_ARROW) + 2
    assert terminal.typed == before


def test_actions_are_skipped_while_mouse_or_keyboard_is_used(desktop, run):
    terminal = Terminal(desktop)
    key_map = "safety.hand_over_s = 1\n" + ARROWS
    app = run(key_map, [LEFT] * 60, "--headless", "--realtime", "--armed", "--log-level", "debug")
    for used in (("mousemove_relative", "40", "30"), ("key", "x"), ("click", "1"), ("click", "5")):
        # Two arrows were not taken for the user's.
        count = terminal.typed.count(LEFT_ARROW)
        wait_for(lambda count=count: terminal.typed.count(LEFT_ARROW) >= count + 2, "two arrows")
        desktop.run("xdotool", *used)
        wait_for_log(app, "skipped, the mouse or the keyboard is in use")
    app.send_signal(signal.SIGTERM)
    lines, _ = ended(app)
    assert len([line for line in lines if line["type"] == "gesture"]) >= terminal.typed.count(LEFT_ARROW) + 4


def test_hold_repeat_click_and_scroll(desktop, run):
    window = Witness(desktop)
    key_map = """
    [gestures."Thumb Up"]
    key = "alt+F6"
    mode = "hold"
    [gestures."Swiping Left"]
    click = "right"
    [gestures."Swiping Right"]
    scroll = [0, 2]
    [gestures."Stop Sign"]
    key = "volume_up"
    mode = "repeat"
    rate_hz = 10
    """
    desktop.run("xdotool", "mousemove", "--window", window.window, "150", "100")
    ended(run(key_map, [LEFT, RIGHT, UP, STOP], "--headless", "--armed", "--realtime"))
    events = wait_for(
        lambda: window.events if window.events.count("KeyPress XF86AudioRaiseVolume") > 4 else [], "the volume"
    )
    clicks = [event for event in events if "Button" in event]
    assert clicks == ["ButtonPress 3", "ButtonRelease 3"] + ["ButtonPress 5", "ButtonRelease 5"] * 2
    keys = [event for event in events if "F6" in event or "Alt" in event]
    assert keys[0] == "KeyPress Alt_L"
    assert keys[1] == "KeyPress F6"
    assert keys[-2:] == ["KeyRelease F6", "KeyRelease Alt_L"]
    assert keys.count("KeyPress Alt_L") == 1
    assert 5 <= events.count("KeyPress XF86AudioRaiseVolume") <= 12
    assert desktop.keys_down() == []


KEYS, BUTTON = 'key = "ctrl+shift+a"', 'click = "left"'


@pytest.mark.parametrize(
    ("sent", "window", "held"),
    [
        ("SIGTERM", ["--headless"], KEYS),
        ("SIGKILL", ["--headless"], KEYS),
        ("SIGINT", ["--headless"], KEYS),
        ("SIGKILL", ["--headless"], BUTTON),
        ("SIGTERM", [], KEYS),
    ],
)
def test_no_key_stays_down_when_the_app_is_ended(desktop, run, sent, window, held):
    (desktop.folder / "config" / "mstnet-live").mkdir(parents=True)
    (desktop.folder / "config" / "mstnet-live" / "mstnet-live.ini").write_text("[General]\nhint_seen=true\n")
    # Repeated: if the app's own window still has the focus, or a busy machine ends a hold, the next one acts.
    key_map = HOLD.replace(KEYS, held)
    app = run(key_map, [("Thumb Up", 4)] * 30, *window, "--realtime", "--armed", "--log-level", "debug")
    if not window:
        wait_for_log(app, "control is on")
        desktop.focus(".*grey")
        Witness(desktop)
    wait_for_log(app, "while it lasts")
    wait_for(lambda: len(desktop.keys_down()) == (1 if "click" in held else 3), "the held keys")
    app.send_signal(getattr(signal, sent))
    app.wait(30)
    wait_for(lambda: not desktop.keys_down(), "no held key")


def test_key_maps_bound_to_their_windows_type_text_there(desktop, run, tmp_path):
    typist = 'window.class = "typist"\ngestures."Swiping Left".text = "Hi, You? ~{}\\n"'
    (tmp_path / "typist.toml").write_text(typist)
    terminal, other = Terminal(desktop), Witness(desktop)
    key_map = 'gestures."Swiping Left".text = "o"'
    _, logged = ended(run(key_map, [LEFT, LEFT], "--headless", "--armed", "--control", tmp_path / "typist.toml"))
    wait_for(lambda: other.events.count("KeyPress o") == 2, "two letters in the other window")
    assert len([line for line in logged if "no gesture pauses control" in line]) == 2
    desktop.focus("typed")
    ended(run(key_map, [LEFT, LEFT], "--headless", "--armed", "--control", tmp_path / "typist.toml"))
    assert terminal.typed == b"Hi, You? ~{}\r" * 2
    assert other.events.count("KeyPress o") == 2
    assert "KeyPress H" not in other.events


def test_a_program_runs_only_with_permission(desktop, run, tmp_path):
    made = tmp_path / "made; touch $(date)"
    key_map = f"gestures.\"Swiping Left\".run = ['touch', '{made}']"
    refused = run(key_map, [LEFT], "--headless", "--armed")
    _, err = refused.communicate(timeout=60)
    assert refused.returncode == 2
    assert "--allow-commands" in err
    assert err.count("\n") == 1
    assert not made.exists()
    ended(run(key_map, [LEFT], "--headless", "--armed", "--allow-commands"))
    wait_for(made.exists, "the file of the program")
    made.unlink()
    ended(run(key_map, [LEFT], "--headless", "--armed"))
    wait_for(made.exists, "the file, without another permission")


def test_the_window_turns_control_on_and_receives_no_events(desktop, run):
    (desktop.folder / "config" / "mstnet-live").mkdir(parents=True)
    (desktop.folder / "config" / "mstnet-live" / "mstnet-live.ini").write_text("[General]\nhint_seen=true\n")
    key_map = 'safety.hand_over_s = 0\ngestures."Swiping Left".key = "q"'  # which quits the window
    app = run(key_map, [LEFT] * 8, "--log-level", "debug")
    wait_for_log(app, "control is off")
    window = desktop.focus(".*grey")
    desktop.run("xdotool", "key", "c")
    wait_for_log(app, "control is on (key)")
    wait_for_log(app, "skipped, this program's own window has the focus")
    assert desktop.run("xdotool", "getwindowname", window).strip()
    app.send_signal(signal.SIGINT)
    app.communicate(timeout=30)
    assert app.returncode == 130


def test_gestures_act_after_a_click_on_another_window_and_the_log_says_so(desktop, run):
    (desktop.folder / "config" / "mstnet-live").mkdir(parents=True)
    (desktop.folder / "config" / "mstnet-live" / "mstnet-live.ini").write_text("[General]\nhint_seen=true\n")
    terminal = Terminal(desktop)
    app = run("safety.hand_over_s = 0\n" + ARROWS, [LEFT] * 60, "--realtime", "--armed")
    desktop.focus(".*grey")
    wait_for_log(app, "click the window that gestures shall control")
    assert terminal.typed == b""
    desktop.focus("typed")
    wait_for(lambda: LEFT_ARROW * 2 in terminal.typed, "two arrows")
    desktop.focus(".*grey")
    wait_for_log(app, "click the window that gestures shall control")
    before = terminal.typed
    app.send_signal(signal.SIGTERM)
    _, logged = ended(app)
    assert terminal.typed == before
    assert not [line for line in logged if "own window" in line]


def test_the_x_server_goes_away(desktop, run):
    Terminal(desktop)
    app = run(ARROWS, [LEFT] * 5, "--headless", "--realtime", "--armed")
    wait_for_log(app, "control is on")
    desktop.end_server()
    lines, logged = ended(app)
    assert len([line for line in lines if line["type"] == "gesture"]) == 5
    assert len([line for line in logged if "control is off" in line]) == 1


def test_an_x_server_without_xtest_is_reported(tmp_path):
    desktop = Desktop(tmp_path, "-extension", "XTEST")
    try:
        app = desktop.app("--demo", "--headless", "--control", "slides", "--armed")
        _, err = app.communicate(timeout=60)
        assert app.returncode == 2
        assert "no XTEST" in err
        assert err.count("\n") == 1
    finally:
        desktop.close()


def test_without_a_listener_a_warning_is_logged_and_actions_work(desktop):
    terminal = Terminal(desktop)
    # Simulated: the X server here has both extensions.
    script = (
        "import logging, sys; from app.control import pynput_listener; pynput_listener.server_lacks = lambda _: True\n"
        "from app.control.opening import open_control; from app.control.settings import ControlSettings\n"
        "from models.engines import load_engine; from models.networks import networks_of\n"
        "from models.shipped import SHIPPED_MODEL\n"
        "logging.basicConfig(stream=sys.stdout, format='%(message)s')\n"
        "control = open_control(ControlSettings(('slides',), armed=True), networks_of(load_engine(SHIPPED_MODEL)))\n"
        "assert control.arming.on; control._player._pressed.tap(['left']); control.close()"
    )
    desktop.environ["PYTHONPATH"] = str(ROOT)
    assert "no RECORD extension" in desktop.run(sys.executable, "-W", "error", "-c", script)
    wait_for(lambda: terminal.typed == LEFT_ARROW, "the arrow")


def test_the_demo_clip_turns_real_slides(desktop, tmp_path):
    """The demo clip, the shipped model, a bundled key map, and a picture viewer."""
    slides = [tmp_path / f"{number}.png" for number in range(1, 5)]
    for number, slide in enumerate(slides, 1):
        cv2.imwrite(str(slide), np.full((300, 400, 3), 50 * number, np.uint8))
    desktop.popen(["feh", "--geometry", "400x300", "--title", "slide %u", *map(str, slides)])
    window = desktop.focus("slide 1")
    spy = desktop.popen(["xprop", "-id", window, "-spy", "_NET_WM_NAME"], stdout=-1)
    titles = []
    reader = threading.Thread(target=lambda: titles.extend(spy.stdout), daemon=True)
    reader.start()
    app = desktop.app("--demo", "--headless", "--max-frames", 150, "--control", "slides", "--armed")
    lines, _ = ended(app)
    expected, slide = ["slide 1"], 1
    acted_s = {}
    for line in lines:
        step = {"Swiping Left": 1, "Swiping Right": -1}.get(line.get("label"), 0)
        if step and line["fired_s"] - acted_s.get(line["label"], -9) >= 0.8:
            slide = (slide + step - 1) % 4 + 1
            acted_s[line["label"]] = line["fired_s"]
            expected.append(f"slide {slide}")
    assert len(expected) >= 3
    wait_for(lambda: len(titles) >= len(expected), "the last slide")
    spy.kill()
    reader.join(10)
    shown = [title.split('"')[1] for title in titles]
    assert [title for k, title in enumerate(shown) if k == 0 or title != shown[k - 1]] == expected
