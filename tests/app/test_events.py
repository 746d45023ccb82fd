"""Messages: what programs read, wherever they read it."""

import json
from dataclasses import replace

import pytest
from fakes import LABELS, ScriptedEngine
from streams import Collected, recognition

from app.events import Events, to_line
from app.meters import Percentiles
from models.decoder import GestureEvent
from models.errors import UserError
from models.region import Region

EVENT = GestureEvent("Swiping Left", 0.93123456, 1.25, 1.8333333)


def test_a_whole_stream():
    sink, other, engine = Collected(), Collected(), ScriptedEngine()
    events = Events([sink, other])
    events.header(engine.spec, engine.name)
    events.see(recognition(), 3.1)
    events.see(recognition(event=EVENT), 3.1)
    events.summary(986, 394, 2, Percentiles(3.0, 3.4, 4.1))
    assert other.messages == sink.messages
    header, gesture, summary = map(json.loads, map(to_line, sink.messages))
    assert header == {
        "v": 1,
        "type": "header",
        "labels": list(LABELS),
        "model": "scripted",
        "engine": "scripted:none",
        "rate_hz": 12.0,
    }
    assert gesture == {
        "v": 1,
        "type": "gesture",
        "label": "Swiping Left",
        "score": 0.9312,
        "began_s": 1.25,
        "fired_s": 1.833,
        "frame": 55,
    }
    assert summary == {
        "v": 1,
        "type": "summary",
        "frames": 986,
        "steps": 394,
        "dropped": 2,
        "step_ms": {"p50": 3.0, "p95": 3.4, "p99": 4.1},
    }


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_steps_go_to_those_who_want_them_and_come_before_their_gesture(steps):
    tracer, other = Collected(steps=True), Collected()
    Events([other, tracer]).see(recognition(steps, EVENT), 3.1416)
    *taken, gesture = tracer.messages
    assert other.messages == [gesture]
    assert gesture["type"] == "gesture"
    expected = {"v": 1, "type": "step", "frame": 55, "time_s": 1.833, "probs": [0.2] * 5, "step_ms": 3.142}
    assert taken == [expected] * steps


def test_a_line_is_one_line_with_its_letters_as_they_are():
    assert to_line({"v": 1, "type": "gesture", "label": "Grüße\n"}) == '{"v":1,"type":"gesture","label":"Grüße\\n"}'


def test_arming_is_told_after_the_header_and_whenever_it_changes():
    sink, engine = Collected(), ScriptedEngine()
    events = Events([sink])
    events.arm(False)
    events.header(engine.spec, engine.name)
    events.arm(True)
    header, *arming = sink.messages
    assert header["type"] == "header"
    assert arming == [{"v": 1, "type": "control", "armed": False}, {"v": 1, "type": "control", "armed": True}]


def test_arming_on_a_full_disk_is_left_to_the_message_that_follows():
    engine = ScriptedEngine()

    class Full(Collected):
        def take(self, message):
            if message["type"] != "header":
                raise UserError("the disk is full")

    events = Events([Full()])
    events.header(engine.spec, engine.name)
    events.arm(True)
    with pytest.raises(UserError, match="full"):
        events.see(recognition(event=EVENT), 3.1)


@pytest.mark.parametrize("framing", ["auto", "full", [0.1, 0.2, 0.5, 0.6]])
def test_the_header_names_the_framing_where_there_is_one(framing):
    sink, engine = Collected(), ScriptedEngine()
    Events([sink]).header(engine.spec, engine.name, framing)
    assert sink.messages[0]["framing"] == framing


def test_a_step_tells_which_region_was_seen():
    tracer = Collected(steps=True)
    Events([tracer]).see(replace(recognition(), region=Region(0.123456, 0.2, 0.5, 0.6)), 3.1)
    assert tracer.messages[0]["region"] == [0.1235, 0.2, 0.5, 0.6]
