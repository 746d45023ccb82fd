"""What Home Assistant is told that there is."""

import json

import pytest
from streams import header

from app.outputs.broker import Broker
from app.outputs.home_assistant import device
from models.vocabulary import Group, Vocabulary

SWIPES = Vocabulary((Group("swipe", ("Swiping Left", "Swiping Right")), Group("Thumb Up", ("Thumb Up",))))


@pytest.mark.parametrize(
    ("vocabulary", "field", "gestures"),
    [(None, "label", ["Swiping Left", "Swiping Right", "Thumb Up"]), (SWIPES, "group", ["swipe", "Thumb Up"])],
)
def test_an_event_and_a_trigger_for_whatever_can_fire(vocabulary, field, gestures):
    told = json.loads(device(Broker.parse("mqtt://h"), header(vocabulary), "1"))
    event = told["components"].pop("gesture")
    assert event["event_types"] == gestures
    assert f"'event_type': value_json.{field}," in event["value_template"]
    triggers = told["components"].values()
    assert [trigger["payload"] for trigger in triggers] == gestures
    assert {trigger["value_template"] for trigger in triggers} == {f"{{{{ value_json.{field} }}}}"}
