"""Home Assistant discovery: what makes the gestures appear there as one device, with nothing to set up by hand.

The device has one event entity, for history and dashboards, and one trigger for each gesture, for automations. Its
serial number stands for the camera: so a device that the camera had under another topic is known, and can be removed.
"""

import hashlib
import json
import socket
from collections.abc import Sequence
from typing import Any

from app.events import Message
from app.outputs.broker import Broker
from models.spec import NO_GESTURE_LABELS

NAME = "mstnet-live"

# Home Assistant wants the kind of event in `event_type`; the rest becomes attributes of the event.
_EVENT_TEMPLATE = (
    "{{ {'event_type': value_json.%s, 'score': value_json.score, 'began_s': value_json.began_s, "
    "'fired_s': value_json.fired_s, 'frame': value_json.frame} | to_json }}"
)


def discovery_topic(broker: Broker) -> str:
    """The topic where Home Assistant looks for this device."""
    return f"{broker.discovery}/device/{broker.id}/config"


def every_discovery_topic(broker: Broker) -> str:
    """Matches the discovery topics of all devices."""
    return f"{broker.discovery}/device/+/config"


def serial_number(sources: Sequence[str]) -> str:
    """The same for the same camera of the same machine; tells nobody its address."""
    return hashlib.sha256("\n".join([socket.gethostname(), *sources]).encode()).hexdigest()[:12]


def status_topic_of(description: str, serial: str) -> str | None:
    """Where a device says whether it is there, if it is this program's for the camera of this serial number."""
    try:
        told = json.loads(description)
        same = (told["origin"]["name"], told["device"]["serial_number"]) == (NAME, serial)
        return str(told["availability_topic"]) if same else None
    except (ValueError, KeyError, TypeError):
        return None


def device(broker: Broker, header: Message, version: str, serial: str) -> str:
    """The device's description, as JSON.

    Args:
        broker: whose topics the device speaks on.
        header: the stream's header; its groups become triggers, or its labels where there are none.
        version: this program's.
        serial: the camera's, as `serial_number` makes it.
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
                "serial_number": serial,
                "sw_version": version,
            },
            "origin": {"name": NAME, "sw_version": version},
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
