"""Home Assistant discovery: what makes the gestures appear there as one device, with nothing to set up by hand.

The device has one event entity, for history and dashboards, and one trigger for each gesture, for automations.
"""

import json
from typing import Any

from app.events import Message
from app.outputs.broker import Broker
from models.spec import NO_GESTURE_LABELS

# Home Assistant wants the kind of event in `event_type`; the rest becomes attributes of the event.
_EVENT_TEMPLATE = (
    "{{ {'event_type': value_json.%s, 'score': value_json.score, 'began_s': value_json.began_s, "
    "'fired_s': value_json.fired_s, 'frame': value_json.frame} | to_json }}"
)


def discovery_topic(broker: Broker) -> str:
    """The topic where Home Assistant looks for this device."""
    return f"{broker.discovery}/device/{broker.id}/config"


def device(broker: Broker, header: Message, version: str) -> str:
    """The device's description, as JSON.

    Args:
        broker: whose topics the device speaks on.
        header: the stream's header; its groups become triggers, or its labels where there are none.
        version: this program's.
    """
    field = "group" if "groups" in header else "label"
    gestures = [name for name in header[f"{field}s"] if name not in NO_GESTURE_LABELS]
    triggers = {f"trigger_{k}": _trigger(broker, field, name) for k, name in enumerate(gestures)}
    return json.dumps(
        {
            "device": {
                "identifiers": [broker.id],
                "name": f"Gestures ({broker.topic})",
                "model": header["model"],
                "sw_version": version,
            },
            "origin": {"name": "mstnet-live", "sw_version": version},
            "availability_topic": broker.under("status"),
            "components": {"gesture": _event(broker, field, gestures), **triggers},
        }
    )


def _event(broker: Broker, field: str, gestures: list[str]) -> dict[str, Any]:
    return {
        "platform": "event",
        "unique_id": f"{broker.id}_gesture",
        "name": "Gesture",
        "icon": "mdi:hand-wave",
        "event_types": gestures,
        "state_topic": broker.under("trigger"),
        "value_template": _EVENT_TEMPLATE % field,
    }


def _trigger(broker: Broker, field: str, name: str) -> dict[str, Any]:
    return {
        "platform": "device_automation",
        "automation_type": "trigger",
        "type": "gesture",
        "subtype": name,
        "topic": broker.under("trigger"),
        "value_template": f"{{{{ value_json.{field} }}}}",
        "payload": name,
    }
