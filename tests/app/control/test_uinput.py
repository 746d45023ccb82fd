"""The virtual keyboard of the kernel, and the listener to other keyboards.

No device is created, because that needs a kernel with uinput: the codes are the kernel's, the devices are pipes.
"""

import os
from types import SimpleNamespace

import pytest
from desktop import wait_for

from app.control.evdev_listener import EvdevListener, _matters
from app.control.input_listener import UserActivity
from app.control.keys import NAMES
from app.control.pressed_keys import PressedKeys
from app.control.uinput_backend import CODES, SHIFTED, UinputBackend

ecodes = pytest.importorskip("evdev", reason="python-evdev is for Linux").ecodes


class Device:
    """Records complete reports: the events between two synchronisations."""

    def __init__(self):
        self.reports, self._open, self.closed = [], [], False

    def write(self, kind, code, value):
        self._open.append((kind, code, value))

    def syn(self):
        self.reports.append(tuple(self._open))
        self._open = []

    def close(self):
        self.closed = True


@pytest.fixture
def device():
    return Device()


@pytest.fixture
def pressed(device):
    return PressedKeys(UinputBackend(device, ecodes))


def keys(device):
    return [(ecodes.KEY[code], value) for report in device.reports for kind, code, value in report]


def test_every_name_has_a_code_of_the_kernel():
    assert set(NAMES) <= set(CODES)
    assert all(name in ecodes.ecodes for name in CODES.values())


def test_every_character_of_a_us_keyboard_can_be_typed(pressed):
    for number in range(33, 127):
        strokes = pressed.backend.strokes(chr(number))
        assert len(strokes) == (2 if chr(number) in SHIFTED or chr(number).isupper() else 1), chr(number)
    assert pressed.backend.strokes("é") == ()


def test_a_chord_is_released_in_reverse_order(pressed, device):
    pressed.tap(["ctrl", "shift", "t"])
    down = [("KEY_LEFTCTRL", 1), ("KEY_LEFTSHIFT", 1), ("KEY_T", 1)]
    assert keys(device) == down + [(key, 0) for key, _ in reversed(down)]


def test_text(pressed, device):
    pressed.write("a!\n")
    assert [key for key, value in keys(device) if value] == ["KEY_A", "KEY_LEFTSHIFT", "KEY_1", "KEY_ENTER"]


def test_the_mouse(pressed, device):
    pressed.move(3, -4)
    pressed.scroll(1, 2)
    rel = ecodes.EV_REL
    assert device.reports == [
        ((rel, ecodes.REL_X, 3), (rel, ecodes.REL_Y, -4)),
        ((rel, ecodes.REL_HWHEEL, 1), (rel, ecodes.REL_WHEEL, -2)),
    ]
    pressed.backend.close()
    assert device.closed


class Keyboard:
    """A device of the user; a pipe signals its events."""

    def __init__(self):
        self._out, self._in = os.pipe()
        self._events, self._plugged = [], True

    def fileno(self):
        return self._out

    def read(self):
        os.read(self._out, 64)
        events, self._events = self._events, []
        if not self._plugged:
            raise OSError("unplugged")
        return events

    def send(self, kind, code, value):
        self._events.append(SimpleNamespace(type=kind, code=code, value=value))
        os.write(self._in, b".")

    def unplug(self):
        self._plugged = False
        os.write(self._in, b".")

    def close(self):
        os.close(self._out)
        os.close(self._in)


class RecordedActivity(UserActivity):
    def __init__(self):
        self.log = []

    def used(self):
        self.log.append("used")

    def pause_key(self):
        self.log.append("pause")


@pytest.fixture
def activity():
    return RecordedActivity()


@pytest.fixture
def keyboard(activity):
    keyboard = Keyboard()
    listener = EvdevListener(activity, [("pause",), ("ctrl", "shift", "f9")], [keyboard], ecodes)
    yield keyboard
    listener.close()


def test_a_key_and_a_movement_are_activity(keyboard, activity):
    keyboard.send(ecodes.EV_KEY, ecodes.KEY_A, 1)
    wait_for(lambda: activity.log == ["used"], "a key")
    keyboard.send(ecodes.EV_REL, ecodes.REL_X, 3)
    wait_for(lambda: activity.log == ["used", "used"], "a movement")


def test_a_chord_pauses_with_either_side_and_once(keyboard, activity):
    for code in (ecodes.KEY_RIGHTCTRL, ecodes.KEY_LEFTSHIFT, ecodes.KEY_F9):
        keyboard.send(ecodes.EV_KEY, code, 1)
    keyboard.send(ecodes.EV_KEY, ecodes.KEY_F9, 2)  # repeated by the kernel
    keyboard.send(ecodes.EV_KEY, ecodes.KEY_F9, 0)
    keyboard.send(ecodes.EV_KEY, ecodes.KEY_A, 1)
    wait_for(lambda: len(activity.log) == 4, "four keys")
    assert activity.log == ["used", "used", "pause", "used"]


def test_a_keyboard_may_be_unplugged(activity):
    one, other = Keyboard(), Keyboard()
    listener = EvdevListener(activity, [("pause",)], [one, other], ecodes)
    one.unplug()
    other.send(ecodes.EV_KEY, ecodes.KEY_PAUSE, 1)
    wait_for(lambda: activity.log == ["pause"], "the other one")
    listener.close()


def test_keyboards_and_mice_are_selected():
    def device(name, *kinds):
        return SimpleNamespace(name=name, capabilities=lambda: {kind: [] for kind in kinds})

    assert _matters(device("A keyboard", ecodes.EV_KEY), ecodes)
    assert _matters(device("A mouse", ecodes.EV_REL), ecodes)
    assert not _matters(device("A lid", ecodes.EV_SW), ecodes)
    assert not _matters(device("mstnet-live", ecodes.EV_KEY), ecodes)
