"""The messages of a stream, which are the same for every sink."""

import json
from dataclasses import replace

import pytest
from fakes import LABELS, ScriptedEngine
from streams import Collected, metered, recognition, step

from app.events import Events, to_line
from common.errors import UserError
from models.decoder import GestureEvent
from models.networks import networks_of
from models.region import Region
from models.vocabulary import Group, Vocabulary

NETWORKS = networks_of(ScriptedEngine(fast_label_of=lambda _: 1))
EVENT = GestureEvent("Swiping Left", 0.93123456, 1.25, 1.8333333)


def test_a_whole_stream():
    sink, other = Collected(), Collected()
    events = Events([sink, other])
    events.header(NETWORKS)
    events.see(recognition())
    events.see(recognition(event=EVENT))
    events.summary(metered())
    assert other.messages == sink.messages
    header, gesture, summary = map(json.loads, map(to_line, sink.messages))
    assert header == {
        "v": 1,
        "type": "header",
        "labels": list(LABELS),
        "model": "scripted",
        "engine": "scripted:none",
        "rate_hz": 12.0,
        "networks": ["stream", "fast"],
        "temperature": {"stream": 1.0, "fast": 1.0},
        "decoding": {
            name: {
                "smooth_s": 0.1,
                "rule": {"enter": 0.6, "exit": 0.3, "hold_s": 0.0, "rest_s": 0.5},
                "per_label": {},
            }
            for name in ("stream", "fast")
        },
    }
    assert gesture == {
        "v": 1,
        "type": "gesture",
        "label": "Swiping Left",
        "score": 0.9312,
        "began_s": 1.25,
        "fired_s": 1.833,
        "frame": 55,
        "network": "stream",
    }
    assert summary == {
        "v": 1,
        "type": "summary",
        "frames": 986,
        "steps": 394,
        "dropped": 2,
        "step_ms": {"p50": 3.5, "p95": 3.95, "p99": 3.99},
    }


def test_with_a_vocabulary_the_header_lists_the_groups_and_a_gesture_names_its_own():
    sink = Collected()
    events = Events([sink])
    vocabulary = Vocabulary((Group("swipe", ("Swiping Left", "Swiping Right")), Group("Thumb Up", ("Thumb Up",))))
    events.header(networks_of(ScriptedEngine(), vocabulary=vocabulary))
    events.see(recognition(event=replace(EVENT, group="swipe")))
    header, gesture = map(json.loads, map(to_line, sink.messages))
    assert header["groups"] == {"swipe": ["Swiping Left", "Swiping Right"], "Thumb Up": ["Thumb Up"]}
    assert (gesture["label"], gesture["group"]) == ("Swiping Left", "swipe")


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_steps_go_to_the_sinks_that_want_them_before_their_gesture(steps):
    tracer, other = Collected(steps=True), Collected()
    Events([other, tracer]).see(recognition(steps, EVENT))
    *taken, gesture = tracer.messages
    assert other.messages == [gesture]
    assert gesture["type"] == "gesture"
    times_s = [round(1.8333333 - k / 12, 3) for k in reversed(range(steps))]
    assert [step.pop("time_s") for step in taken] == times_s
    expected = {"v": 1, "type": "step", "frame": 55, "probs": [0.2] * 5, "step_ms": 3.142}
    assert taken == [expected | {"network": "stream", "decides": True}] * steps


def test_the_steps_of_every_network_are_sent_with_which_one_decides():
    tracer, seen = Collected(steps=True), recognition()
    fast, later = step(1.83, 2.0, "fast"), step(1.92)
    steps = (*seen.steps, fast, later)
    Events([tracer]).see(replace(seen, steps=steps, network="stream", deciding=(fast, later)))
    assert [(each["network"], each["decides"], each["step_ms"]) for each in tracer.messages] == [
        ("stream", False, 3.142),
        ("fast", True, 2.0),
        ("stream", True, 3.142),
    ]


def test_a_line_is_one_line_in_utf_8():
    assert to_line({"v": 1, "type": "gesture", "label": "Grüße\n"}) == '{"v":1,"type":"gesture","label":"Grüße\\n"}'


def test_arming_is_sent_after_the_header_and_on_every_change():
    sink = Collected()
    events = Events([sink])
    events.arm(False)
    events.header(NETWORKS)
    events.arm(True)
    header, *arming = sink.messages
    assert header["type"] == "header"
    assert arming == [{"v": 1, "type": "control", "armed": False}, {"v": 1, "type": "control", "armed": True}]


def test_an_error_while_arming_is_raised_by_the_next_message():
    class Full(Collected):
        def take(self, message):
            if message["type"] != "header":
                raise UserError("the disk is full")

    events = Events([Full()])
    events.header(NETWORKS)
    events.arm(True)
    with pytest.raises(UserError, match="full"):
        events.see(recognition(event=EVENT))


@pytest.mark.parametrize("framing", ["auto", "full", [0.1, 0.2, 0.5, 0.6]])
def test_the_header_names_the_framing_where_there_is_one(framing):
    sink = Collected()
    Events([sink]).header(NETWORKS, framing)
    assert sink.messages[0]["framing"] == framing


def test_a_step_has_the_region_of_its_input():
    tracer = Collected(steps=True)
    Events([tracer]).see(replace(recognition(), region=Region(0.123456, 0.2, 0.5, 0.6)))
    assert tracer.messages[0]["region"] == [0.1235, 0.2, 0.5, 0.6]
