"""Held keys: each is pressed and released once."""

import pytest
from recording_backend import RecordingBackend

from app.control.pressed_keys import PressedKeys


@pytest.fixture
def backend():
    return RecordingBackend()


@pytest.fixture
def pressed(backend):
    return PressedKeys(backend)


def test_keys_that_need_the_same_modifier_press_it_once(pressed, backend):
    """`?` needs shift on this backend; a second press would leave it down, or repeat it."""
    pressed.tap(["shift", "?"])
    assert backend.done == ["+shift", "+?", "-?", "-shift"]
    backend.done.clear()
    pressed.press(["?", "?"])
    pressed.release_all()
    assert backend.done == ["+shift", "+?", "-?", "-shift"]


def test_a_tap_does_not_release_held_keys(pressed, backend):
    pressed.press(["shift"])
    pressed.tap(["?"])
    assert (backend.done, pressed.down) == (["+shift", "+?", "-?"], ("shift",))
    pressed.release_all()
    assert (backend.down, pressed.down) == (set(), ())
