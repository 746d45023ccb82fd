"""Keys that are held, and that each goes down and up once."""

import pytest
from hands import RecordingHands

from app.control.grip import Grip


@pytest.fixture
def hands():
    return RecordingHands()


@pytest.fixture
def grip(hands):
    return Grip(hands)


def test_keys_that_need_the_same_modifier_press_it_once(grip, hands):
    """`?` needs shift on these hands; a second press would leave it down, or repeat it."""
    grip.tap(["shift", "?"])
    assert hands.done == ["+shift", "+?", "-?", "-shift"]
    hands.done.clear()
    grip.press(["?", "?"])
    grip.let_go()
    assert hands.done == ["+shift", "+?", "-?", "-shift"]


def test_a_tap_leaves_down_what_was_held_before_it(grip, hands):
    grip.press(["shift"])
    grip.tap(["?"])
    assert (hands.done, grip.down) == (["+shift", "+?", "-?"], ("shift",))
    grip.let_go()
    assert (hands.down, grip.down) == (set(), ())
