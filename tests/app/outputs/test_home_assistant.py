"""The discovery message for Home Assistant."""

import json

import pytest
from streams import header

from app.outputs import home_assistant
from app.outputs.broker import Broker
from app.outputs.home_assistant import device, serial_number, status_topic_of
from models.vocabulary import Group, Vocabulary

SWIPES = Vocabulary((Group("swipe", ("Swiping Left", "Swiping Right")), Group("Thumb Up", ("Thumb Up",))))


@pytest.mark.parametrize(
    ("vocabulary", "field", "gestures"),
    [(None, "label", ["Swiping Left", "Swiping Right", "Thumb Up"]), (SWIPES, "group", ["swipe", "Thumb Up"])],
)
def test_an_event_and_a_trigger_for_each_label_or_group(vocabulary, field, gestures):
    described = json.loads(device(Broker.parse("mqtt://h"), header(vocabulary), "1", "s"))
    event = described["components"].pop("gesture")
    assert event["event_types"] == gestures
    assert f"'event_type': value_json.{field}," in event["value_template"]
    triggers = described["components"].values()
    assert [trigger["payload"] for trigger in triggers] == gestures
    assert {trigger["value_template"] for trigger in triggers} == {f"{{{{ value_json.{field} }}}}"}


def test_a_device_is_identified_by_its_camera():
    door, desk = serial_number(["rtsp://me:secret@door/1"], "a"), serial_number(["0"], "a")
    assert door != desk
    described = device(Broker.parse("mqtt://h/hall"), header(), "1", door)
    assert "secret" not in described
    assert status_topic_of(described, door) == "hall/status"
    assert status_topic_of(described, desk) is None
    assert status_topic_of(described.replace("mstnet-live", "zigbee2mqtt"), door) is None


def test_a_file_is_another_device_under_each_topic(tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.touch()
    assert len({serial_number([str(clip)], topic) for topic in ("客厅", "厨房", "a/b", "a_b")}) == 4


def test_two_machines_with_one_name_are_two(monkeypatch, tmp_path):
    monkeypatch.setattr(home_assistant, "MACHINE_ID", tmp_path / "machine-id")
    numbers = [serial_number(["0"], "a")]
    for each in ("a", "b"):
        (tmp_path / "machine-id").write_text(each)
        numbers += [serial_number(["0"], "a"), serial_number(["0"], "b")]
    assert len(set(numbers)) == 3


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"origin": "me", "device": {}}'])
def test_an_invalid_description_has_no_status_topic(text):
    assert status_topic_of(text, "s") is None
