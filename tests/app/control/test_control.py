"""From recognitions to what is done, in a thread of its own."""

import logging
import threading

import numpy as np
import pytest
from desktop import wait_for
from recording_backend import RecordingBackend

from app.control.arming import Arming
from app.control.bindings import ActiveWindow
from app.control.control import WAITING_MOST, Control
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
    """An interpreter that adds nothing to what the recogniser decided."""

    lasting = None

    def see(self, seen):
        self.lasting = seen.lasting
        return [seen.event] if seen.event else []


class AsScripted:
    """An interpreter that hears what a test says, by the number of the frame; on frame 8 nothing lasts any more."""

    def __init__(self, events):
        self._events, self.lasting = events, None

    def see(self, seen):
        events = self._events.get(seen.frame.index, [])
        self.lasting = events[-1].name if events else None if seen.frame.index == 8 else self.lasting
        return events


class Bench:
    """A control with backend that write down, an own window, and a person."""

    def __init__(self, folder, armed=True, window=None):
        (folder / "one.toml").write_text(KEY_MAP)
        (folder / "other.toml").write_text('gestures."Swiping Left".key = "x"')
        self.backend, self.said, self.window = RecordingBackend(), [], window
        self.arming = Arming(armed, gesture_resumes=True)
        self.activity = UserActivity(self.arming.toggle)
        library = Library([str(folder / "one.toml")], LABELS)
        player = Player(PressedKeys(self.backend), Limiter(30), self.said.append)
        interpreters = {key_map.path: AsRecognised() for key_map in library.key_maps}
        self.control = Control(
            library, interpreters, player, self.arming, self.activity, lambda: self.window, self.said.append,
            self.backend.close,
        )  # fmt: skip
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


def test_in_order_and_each_once(bench):
    bench.fire("Swiping Left", "Swiping Right", "Swiping Left", "Swiping Left")
    assert bench.pressed == ["left", "right", "left", "left"]


def test_a_cooldown_goes_by_the_streams_time_and_by_what_acted(bench):
    bench.fire("Swiping Right", "Swiping Left", "Swiping Right")
    bench.time_s = 5.0
    bench.fire("Swiping Right")
    assert bench.pressed == ["right", "left", "right"]
    bench.time_s = 0.0  # the stream begins anew
    bench.fire("Swiping Right")
    assert bench.pressed[-2:] == ["right", "right"]


def test_nothing_while_off(bench):
    bench.arming.toggle()
    bench.fire("Swiping Left", "Stop Sign", "Swiping Left", "Drum")
    assert bench.backend.done == []


def test_the_pause_gesture(bench):
    bench.fire("Swiping Left", "Stop Sign", "Swiping Right", "Stop Sign", "Swiping Left")
    assert bench.pressed == ["left", "left"]


def test_a_person_takes_over_but_the_pause_gesture_still_works(bench):
    bench.activity.used()
    bench.fire("Swiping Left", "Stop Sign")
    assert bench.backend.done == []
    assert not bench.arming.on
    assert "Swiping Left: press left: left out, the mouse or the keyboard is in use" in bench.said


def test_our_own_window_is_left_alone(bench):
    import os

    bench.window = ActiveWindow("python", "mstnet", os.getpid())
    bench.fire("Swiping Left")
    assert bench.backend.done == []
    bench.window = ActiveWindow("python", "another", os.getpid() + 1)
    bench.fire("Swiping Left")
    assert bench.pressed == ["left"]


def test_switching_key_maps(bench):
    bench.fire("Drum", "Swiping Left", "Swiping Right")
    assert bench.pressed == ["x"]


def end_of_hold(bench, end):
    bench.fire("Thumb Up", lasting="Thumb Up")
    assert bench.backend.down == {"up"}
    end()
    wait_for(lambda: not bench.backend.down, "the end of the hold")


def test_a_gesture_made_again_acts_again(bench):
    bench.fire("Swiping Left")
    bench.fire("Swiping Left", again=True)
    assert bench.pressed == ["left", "left"]


def test_a_hold_goes_on_when_its_gesture_is_made_again(bench):
    bench.fire("Thumb Up", lasting="Thumb Up")
    bench.fire("Thumb Up", lasting="Thumb Up", again=True)
    assert bench.backend.done == ["+up"]


def test_a_gesture_does_not_take_its_own_pause_back(bench):
    bench.fire("Stop Sign")
    bench.fire("Stop Sign", again=True)
    assert not bench.arming.on


def test_a_hold_ends_with_its_gesture(bench):
    end_of_hold(bench, lambda: bench.see(lasting=None))


def test_a_hold_ends_when_control_is_turned_off(bench):
    end_of_hold(bench, bench.arming.toggle)


def test_a_hold_ends_when_a_person_takes_over(bench):
    end_of_hold(bench, bench.activity.used)


def test_a_hold_ends_when_nothing_more_is_heard(bench):
    """As when the stream is paused, or the camera gone."""
    end_of_hold(bench, lambda: None)


def test_a_hold_ends_when_control_is_closed(tmp_path):
    bench = Bench(tmp_path)
    bench.fire("Thumb Up", lasting="Thumb Up")
    bench.control.close()
    assert bench.backend.down == set()


def test_the_loop_never_waits_and_too_much_is_said(bench):
    stuck, go_on = threading.Event(), threading.Event()

    def press(stroke):
        stuck.set()
        go_on.wait(30)

    bench.backend.press = press
    bench.see(GestureEvent("Swiping Left", 0.9, 0.0, 0.0))
    assert stuck.wait(10)
    for _ in range(WAITING_MOST + 3):
        bench.see(GestureEvent("Swiping Left", 0.9, 0.0, 0.0))
    assert [said for said in bench.said if "does not keep up" in said] == [
        "Swiping Left: left out, the desktop does not keep up"
    ] * 3
    go_on.set()


def test_a_device_that_fails_turns_control_off_and_is_told_once(bench, caplog):
    bench.backend.broken = "left"
    with caplog.at_level(logging.WARNING):
        bench.fire("Swiping Left", "Swiping Left", "Swiping Right")
    assert not bench.arming.on
    assert [record.getMessage() for record in caplog.records] == ["control failed: broken"]


def event(label, began_s, fired_s, group=""):
    return GestureEvent(label, 0.9, began_s, fired_s, group=group or label)


@pytest.fixture
def two(tmp_path):
    """A control of two key maps that lead to one another, each with events of its own; what it pressed."""
    for name, other, key in (("one", "two", "a"), ("two", "one", "b")):
        (tmp_path / f"{name}.toml").write_text(
            f"""
            gestures."Drum".key_map = "{other}.toml"
            gestures."Swiping Left" = {{ also = ["Swiping Right"], key = "{key}" }}
            gestures."Thumb Up" = {{ key = "up", mode = "hold" }}
            """
        )
    backend, activity, controls = RecordingBackend(), UserActivity(lambda: None), []
    backend.said = said = []

    def start(one, other):
        library = Library([str(tmp_path / "one.toml")], LABELS)
        scripts = zip(library.key_maps, (one, other), strict=True)
        interpreters = {key_map.path: AsScripted(events) for key_map, events in scripts}
        player = Player(PressedKeys(backend), Limiter(30), said.append)
        arming = Arming(True, gesture_resumes=True)
        controls.append(Control(library, interpreters, player, arming, activity, None, lambda _: None, backend.close))
        return controls[0], backend

    yield start
    controls[0].close()


def show(control, *numbers):
    """Show frames of these numbers, ten a second."""
    none = np.zeros(0, np.float32)
    for number in numbers:
        control.see(Recognition(Frame(np.zeros((1, 1, 3), np.uint8), number / 10, number), (), none, none, None))
        control.finish()


def test_only_the_key_map_that_applies_acts_on_its_own_events(two):
    control, backend = two({1: [event("Swiping Left", 0.0, 0.1)]}, {2: [event("Swiping Left", 0.0, 0.2)]})
    show(control, 1, 2)
    assert backend.done == ["+a", "-a"]


def test_a_gesture_that_leads_to_a_key_map_does_nothing_more_there(two):
    """The other key map's vocabulary may hear it a little later, or at once."""
    drum, late = event("Drum", 0.0, 0.1), event("Drum", 0.05, 0.2)
    control, backend = two({1: [drum]}, {1: [drum], 2: [late], 9: [event("Swiping Left", 0.7, 0.9)]})
    show(control, 1, 2, 9)
    assert backend.done == ["+b", "-b"]


def test_a_switched_key_map_acts_after_a_stream_that_began_anew(two):
    control, backend = two({9: [event("Drum", 0.0, 0.9)]}, {1: [event("Swiping Left", 0.0, 0.1)]})
    show(control, 9, 1)
    assert backend.done == ["+b", "-b"]


def test_a_hold_lasts_as_long_as_the_key_map_says_that_began_it(two):
    drum, hold, swipe = event("Drum", 0.0, 0.1), event("Thumb Up", 0.4, 0.5), event("Swiping Left", 0.5, 0.6)
    control, backend = two({1: [drum], 6: [swipe]}, {5: [hold]})
    show(control, 1, 5, 6, 7)
    assert backend.down == {"up"}
    show(control, 8)
    wait_for(lambda: not backend.down, "the end of the hold")


def test_a_group_acts_as_its_binding_whichever_label_is_the_likeliest(two):
    control, backend = two({1: [event("Swiping Right", 0.0, 0.1, group="Swiping Left")]}, {})
    show(control, 1)
    assert backend.done == ["+a", "-a"]
    assert backend.said == ["Swiping Right (as Swiping Left): press a"]
