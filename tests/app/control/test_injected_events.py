"""Events that control sends are not taken for the user's; events of the user are detected."""

from app.control.injected_events import GRACE_S, InjectedEvents
from app.control.input_listener import UserActivity


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_as_many_events_as_were_sent_are_controls_own():
    injected = InjectedEvents(Clock())
    injected.pressing("a")
    injected.released("a")
    injected.moving()
    injected.scrolling(3)
    assert injected.owns_press("a")
    assert injected.owns_move()
    assert [injected.owns_scroll() for _ in range(4)] == [True, True, True, False]
    assert not injected.owns_move()


def test_a_key_of_the_user_among_controls_own_is_detected():
    injected = InjectedEvents(Clock())
    injected.pressing("a")
    injected.released("a")
    assert [injected.owns_press(key) for key in ("x", "a")].count(True) >= 1
    assert not injected.owns_press("y")


def test_a_held_key_that_the_system_repeats_is_controls_own():
    clock = Clock()
    injected = InjectedEvents(clock)
    injected.pressing("a")
    assert injected.owns_press("a")
    clock.now = 30.0
    assert injected.owns_press("a")
    assert not injected.owns_press("b")
    injected.released("a")
    clock.now += GRACE_S + 0.1
    assert not injected.owns_press("a")


def test_an_event_that_never_arrives_is_forgotten():
    clock = Clock()
    injected = InjectedEvents(clock)
    injected.moving()
    clock.now = GRACE_S + 0.1
    assert not injected.owns_move()


def test_activity_lasts_and_a_pause_key_is_not_activity():
    clock, pauses = Clock(), []
    activity = UserActivity(lambda: pauses.append(1), clock)
    assert not activity.within(2.0)
    activity.used()
    clock.now = 1.9
    assert activity.within(2.0)
    clock.now = 2.1
    assert not activity.within(2.0)
    activity.used()
    activity.pause_key()
    assert pauses == [1]
    assert not activity.within(2.0)
