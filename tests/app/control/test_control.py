"""Control: from recognitions to input events."""

import logging
import threading

import numpy as np
import pytest
from desktop import wait_for
from recording_backend import RecordingBackend

from app.control.arming import Arming
from app.control.control import MAX_QUEUED, Control
from app.control.input_listener import UserActivity
from app.control.library import Library
from app.control.limiter import Limiter
from app.control.player import Player
from app.control.pressed_keys import PressedKeys
from models.decoder import GestureEvent
from models.frame import Frame
from models.recognition import Recognition

LABELS = ("Swiping Left", "Swiping Right", "Thumb Up", "Stop Sign", "Drum")
KEY_MAP = """
[gestures."Swiping Left"]
key = "left"
[gestures."Swiping Right"]
key = "right"
cooldown_s = 5
[gestures."Thumb Up"]
key = "up"
mode = "hold"
[gestures."Stop Sign"]
pause = true
[gestures."Drum"]
key_map = "other.toml"
"""


class AsRecognised:
    """An interpreter that returns the recogniser's own events."""

    lasting = None

    def see(self, seen):
        self.lasting = seen.lasting
        return [seen.event] if seen.event else []


class AsScripted:
    """An interpreter with scripted events, by the number of the frame; on frame 8 the lasting gesture ends."""

    def __init__(self, events):
        self._events, self.lasting = events, None

    def see(self, seen):
        events = self._events.get(seen.frame.index, [])
        self.lasting = events[-1].name if events else None if seen.frame.index == 8 else self.lasting
        return events


class Bench:
    """A control with a recording backend and the activity of a user."""

    def __init__(self, folder, armed=True):
        (folder / "one.toml").write_text(KEY_MAP)
        (folder / "other.toml").write_text('gestures."Swiping Left".key = "x"')
        self.backend, self.messages = RecordingBackend(), []
        self.arming = Arming(armed, gesture_resumes=True)
        self.now_s = 0.0
        self.activity = UserActivity(self.arming.toggle, lambda: self.now_s)
        library = Library([str(folder / "one.toml")], LABELS)
        player = Player(PressedKeys(self.backend), Limiter(30), self.messages.append)
        interpreters = {key_map.path: AsRecognised() for key_map in library.key_maps}
        self.control = Control(
            library, interpreters, player, self.arming, self.activity, None, self.messages.append, self.backend.close
        )
        self.time_s = 0.0

    def fire(self, *labels, lasting=None, again=False):
        for label in labels:
            self.time_s += 1.0
            self.see(GestureEvent(label, 0.9, self.time_s, self.time_s, again), lasting)
        self.control.finish()

    def see(self, event=None, lasting=None):
        none = np.zeros(0, np.float32)
        frame = Frame(np.zeros((1, 1, 3), np.uint8), self.time_s, 0)
        self.control.see(Recognition(frame, (), none, none, event, lasting))

    @property
    def pressed(self):
        return [each[1:] for each in self.backend.done if each.startswith("+")]


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.control.close()
    assert bench.backend.closed
    assert bench.backend.down == set()


def test_events_act_in_order_and_once(bench):
    bench.fire("Swiping Left", "Swiping Right", "Swiping Left", "Swiping Left")
    assert bench.pressed == ["left", "right", "left", "left"]


def test_a_cooldown_is_in_stream_time_and_per_gesture(bench):
    bench.fire("Swiping Right", "Swiping Left", "Swiping Right")
    bench.time_s = 5.0
    bench.fire("Swiping Right")
    assert bench.pressed == ["right", "left", "right"]
    bench.time_s = 0.0  # the stream starts again
    bench.fire("Swiping Right")
    assert bench.pressed[-2:] == ["right", "right"]


def test_nothing_is_done_while_off(bench):
    bench.arming.toggle()
    bench.fire("Swiping Left", "Stop Sign", "Swiping Left", "Drum")
    assert bench.backend.done == []


def test_the_pause_gesture(bench):
    bench.fire("Swiping Left", "Stop Sign", "Swiping Right", "Stop Sign", "Swiping Left")
    assert bench.pressed == ["left", "left"]


def test_actions_are_skipped_while_the_user_is_active_but_the_pause_gesture_works(bench):
    bench.activity.used()
    bench.fire("Swiping Left", "Stop Sign")
    assert bench.backend.done == []
    assert not bench.arming.on
    assert "Swiping Left: press left: skipped, the mouse or the keyboard is in use" in bench.messages


def test_a_gesture_withheld_by_use_of_the_mouse_is_logged_and_shown_once_a_stay(bench, caplog):
    shown = []
    bench.control.listen_to_hand_over(shown.append)

    def logged():
        return [record.getMessage() for record in caplog.records]

    with caplog.at_level(logging.INFO):
        bench.activity.used()
        assert shown == []
        bench.fire("Swiping Left", "Swiping Right")
        assert logged() == ["control: the mouse or the keyboard is in use, so gestures do nothing until 2 s after it"]
        assert shown == [True]
        bench.now_s += 2
        wait_for(lambda: shown == [True, False], "the end of the hand-over")
        bench.fire("Swiping Left")
        assert bench.pressed == ["left"]
        bench.activity.used()
        bench.fire("Swiping Left")
    assert len(logged()) == 2
    assert shown == [True, False, True]


def test_the_hand_over_ends_also_if_the_own_window_had_the_focus_meanwhile(bench):
    shown = []
    bench.control.listen_to_hand_over(shown.append)
    bench.activity.used()
    bench.fire("Swiping Left")
    assert shown == [True]
    bench.control.own_window(True)
    wait_for(lambda: shown == [True, False], "the end of the hand-over")
    bench.now_s += 10
    bench.control.own_window(False)
    bench.fire("Swiping Left")
    assert bench.pressed == ["left"]
    assert shown == [True, False]


def test_the_programs_own_window_receives_nothing_and_that_is_logged_once_a_stay(bench, caplog):
    def logged():
        return [record.getMessage() for record in caplog.records]

    bench.control.own_window(True)
    assert logged() == []
    bench.fire("Swiping Left", "Swiping Left", "Stop Sign", "Swiping Left", "Stop Sign")
    assert bench.backend.done == []
    assert len(logged()) == 1
    assert "click the window that gestures shall control" in logged()[0]
    bench.control.own_window(False)
    bench.fire("Swiping Left")
    assert bench.pressed == ["left"]
    bench.control.own_window(True)
    bench.fire("Swiping Left")
    assert bench.pressed == ["left"]
    assert len(logged()) == 2


def test_a_hold_ends_when_the_own_window_gets_the_focus(bench):
    end_of_hold(bench, lambda: bench.control.own_window(True))


def test_switching_key_maps(bench):
    bench.fire("Drum", "Swiping Left", "Swiping Right")
    assert bench.pressed == ["x"]


def end_of_hold(bench, end):
    bench.fire("Thumb Up", lasting="Thumb Up")
    assert bench.backend.down == {"up"}
    end()
    wait_for(lambda: not bench.backend.down, "the end of the hold")


def test_a_repeated_gesture_acts_again(bench):
    bench.fire("Swiping Left")
    bench.fire("Swiping Left", again=True)
    assert bench.pressed == ["left", "left"]


def test_a_hold_continues_when_its_gesture_is_repeated(bench):
    bench.fire("Thumb Up", lasting="Thumb Up")
    bench.fire("Thumb Up", lasting="Thumb Up", again=True)
    assert bench.backend.done == ["+up"]


def test_a_repeated_pause_gesture_does_not_revert_its_pause(bench):
    bench.fire("Stop Sign")
    bench.fire("Stop Sign", again=True)
    assert not bench.arming.on


def test_a_hold_ends_with_its_gesture(bench):
    end_of_hold(bench, lambda: bench.see(lasting=None))


def test_a_hold_ends_when_control_is_turned_off(bench):
    end_of_hold(bench, bench.arming.toggle)


def test_a_hold_ends_when_the_user_is_active(bench):
    end_of_hold(bench, bench.activity.used)


def test_a_hold_ends_when_no_frame_comes(bench):
    """As when the stream is paused, or the camera is gone."""
    end_of_hold(bench, lambda: None)


def test_a_hold_ends_when_control_is_closed(tmp_path):
    bench = Bench(tmp_path)
    bench.fire("Thumb Up", lasting="Thumb Up")
    bench.control.close()
    assert bench.backend.down == set()


def test_the_loop_never_blocks_and_skipped_events_are_reported(bench):
    stuck, resume = threading.Event(), threading.Event()

    def press(stroke):
        stuck.set()
        resume.wait(30)

    bench.backend.press = press
    bench.see(GestureEvent("Swiping Left", 0.9, 0.0, 0.0))
    assert stuck.wait(10)
    for _ in range(MAX_QUEUED + 3):
        bench.see(GestureEvent("Swiping Left", 0.9, 0.0, 0.0))
    assert [line for line in bench.messages if "does not keep up" in line] == [
        "Swiping Left: skipped, the desktop does not keep up"
    ] * 3
    resume.set()


def test_an_error_of_the_device_turns_control_off_and_is_logged_once(bench, caplog):
    bench.backend.broken = "left"
    with caplog.at_level(logging.WARNING):
        bench.fire("Swiping Left", "Swiping Left", "Swiping Right")
    assert not bench.arming.on
    assert [record.getMessage() for record in caplog.records] == ["control failed: broken"]


def event(label, began_s, fired_s, group=""):
    return GestureEvent(label, 0.9, began_s, fired_s, group=group or label)


@pytest.fixture
def two(tmp_path):
    """Start a control of two key maps that switch to each other, each with its own events; also its backend."""
    for name, other, key in (("one", "two", "a"), ("two", "one", "b")):
        (tmp_path / f"{name}.toml").write_text(
            f"""
            gestures."Drum".key_map = "{other}.toml"
            gestures."Swiping Left" = {{ also = ["Swiping Right"], key = "{key}" }}
            gestures."Thumb Up" = {{ key = "up", mode = "hold" }}
            """
        )
    backend, activity, controls = RecordingBackend(), UserActivity(lambda: None), []
    backend.messages = messages = []

    def start(one, other):
        library = Library([str(tmp_path / "one.toml")], LABELS)
        scripts = zip(library.key_maps, (one, other), strict=True)
        interpreters = {key_map.path: AsScripted(events) for key_map, events in scripts}
        player = Player(PressedKeys(backend), Limiter(30), messages.append)
        arming = Arming(True, gesture_resumes=True)
        controls.append(Control(library, interpreters, player, arming, activity, None, lambda _: None, backend.close))
        return controls[0], backend

    yield start
    controls[0].close()


def show(control, *numbers):
    """Show frames with these numbers, ten per second."""
    none = np.zeros(0, np.float32)
    for number in numbers:
        control.see(Recognition(Frame(np.zeros((1, 1, 3), np.uint8), number / 10, number), (), none, none, None))
        control.finish()


def test_only_the_applicable_key_map_acts_on_its_own_events(two):
    control, backend = two({1: [event("Swiping Left", 0.0, 0.1)]}, {2: [event("Swiping Left", 0.0, 0.2)]})
    show(control, 1, 2)
    assert backend.done == ["+a", "-a"]


def test_a_gesture_that_switches_to_a_key_map_does_not_act_there(two):
    """In the other key map's vocabulary it may fire at the same time or later."""
    drum, late = event("Drum", 0.0, 0.1), event("Drum", 0.05, 0.2)
    control, backend = two({1: [drum]}, {1: [drum], 2: [late], 9: [event("Swiping Left", 0.7, 0.9)]})
    show(control, 1, 2, 9)
    assert backend.done == ["+b", "-b"]


def test_a_switched_key_map_acts_after_the_stream_starts_again(two):
    control, backend = two({9: [event("Drum", 0.0, 0.9)]}, {1: [event("Swiping Left", 0.0, 0.1)]})
    show(control, 9, 1)
    assert backend.done == ["+b", "-b"]


def test_a_hold_ends_by_the_key_map_that_started_it(two):
    drum, hold, swipe = event("Drum", 0.0, 0.1), event("Thumb Up", 0.4, 0.5), event("Swiping Left", 0.5, 0.6)
    control, backend = two({1: [drum], 6: [swipe]}, {5: [hold]})
    show(control, 1, 5, 6, 7)
    assert backend.down == {"up"}
    show(control, 8)
    wait_for(lambda: not backend.down, "the end of the hold")


def test_every_label_of_a_group_acts_as_its_binding(two):
    control, backend = two({1: [event("Swiping Right", 0.0, 0.1, group="Swiping Left")]}, {})
    show(control, 1)
    assert backend.done == ["+a", "-a"]
    assert backend.messages == ["Swiping Right (as Swiping Left): press a"]
