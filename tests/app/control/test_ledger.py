"""What control does itself is not taken for a person's doing; what a person does is."""

from app.control.ears import Touch
from app.control.ledger import GRACE_S, Ledger


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_as_many_as_were_done_are_ours():
    ledger = Ledger(Clock())
    ledger.pressing("a")
    ledger.released("a")
    ledger.moving()
    ledger.scrolling(3)
    assert ledger.owns_press("a")
    assert ledger.owns_move()
    assert [ledger.owns_scroll() for _ in range(4)] == [True, True, True, False]
    assert not ledger.owns_move()


def test_a_persons_key_among_ours_is_noticed():
    ledger = Ledger(Clock())
    ledger.pressing("a")
    ledger.released("a")
    assert [ledger.owns_press(key) for key in ("x", "a")].count(True) >= 1
    assert not ledger.owns_press("y")


def test_a_key_that_the_system_repeats_while_we_hold_it_is_ours():
    clock = Clock()
    ledger = Ledger(clock)
    ledger.pressing("a")
    assert ledger.owns_press("a")
    clock.now = 30.0
    assert ledger.owns_press("a")
    assert not ledger.owns_press("b")
    ledger.released("a")
    clock.now += GRACE_S + 0.1
    assert not ledger.owns_press("a")


def test_what_never_came_back_is_forgotten():
    clock = Clock()
    ledger = Ledger(clock)
    ledger.moving()
    clock.now = GRACE_S + 0.1
    assert not ledger.owns_move()


def test_a_touch_lasts_and_a_pause_key_is_none():
    clock, pauses = Clock(), []
    touch = Touch(lambda: pauses.append(1), clock)
    assert not touch.within(2.0)
    touch.used()
    clock.now = 1.9
    assert touch.within(2.0)
    clock.now = 2.1
    assert not touch.within(2.0)
    touch.used()
    touch.pause_key()
    assert pauses == [1]
    assert not touch.within(2.0)
