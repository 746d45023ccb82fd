"""Home Assistant discovery: by one retained message, the gestures appear there as a device, without configuration.

The device has one event entity, for history and dashboards, and one trigger per gesture, for automations. Its serial
number identifies the camera, so that a device that the same camera had under another topic can be found and removed.
"""

import hashlib
import json
import os
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.events import Message
from app.outputs.broker import HOME_ASSISTANT, Broker
from models.spec import NO_GESTURE_LABELS

NAME = "mstnet-live"
MACHINE_ID = Path("/etc/machine-id")

# Home Assistant reads the kind of event from `event_type`; the other fields become attributes of the event.
_EVENT_TEMPLATE = (
    "{{ {'event_type': value_json.%s, 'score': value_json.score, 'began_s': value_json.began_s, "
    "'fired_s': value_json.fired_s, 'frame': value_json.frame} | to_json }}"
)


def discovery_topic(broker: Broker) -> str:
    """The discovery topic of this device."""
    return f"{broker.discovery}/device/{broker.id}/config"


def every_discovery_topic(broker: Broker) -> str:
    """A topic filter for the discovery topics of all devices; without discovery, those under the default prefix."""
    return f"{broker.discovery or HOME_ASSISTANT}/device/+/config"


def serial_number(sources: Sequence[str], topic: str) -> str:
    """A serial number that identifies the cameras of this machine and does not contain their addresses.

    Args:
        sources: what is read as cameras.
        topic: the broker's topic. If a source is a file, which is no camera of this machine, each topic is a device.
    """
    played = [topic] if any(map(os.path.isfile, sources)) else []
    parts = [socket.gethostname(), _machine_id(), *sources, *played]
    return hashlib.sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()[:12]


def _machine_id() -> str:
    """The id of this Linux installation, since two machines may have one host name; empty if there is none."""
    try:
        return MACHINE_ID.read_text().strip()
    except (OSError, ValueError):
        return ""


def status_topic_of(description: str, serial: str) -> str | None:
    """The availability topic of a described device; None if it is not this program's for this serial number."""
    try:
        described = json.loads(description)
        same = (described["origin"]["name"], described["device"]["serial_number"]) == (NAME, serial)
        return str(described["availability_topic"]) if same else None
    except (ValueError, KeyError, TypeError):
        return None


def device(broker: Broker, header: Message, version: str, serial: str) -> str:
    """The description of the device, as JSON.

    Args:
        broker: the broker and its topics.
        header: the stream's header; each of its groups becomes a trigger, or each label if there are no groups.
        version: version of this program.
        serial: serial number of the camera, from `serial_number`.
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
            "availability_topic": broker.status,
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
        "state_topic": broker.trigger,
        "value_template": _EVENT_TEMPLATE % field,
    }


def _trigger(broker: Broker, field: str, name: str) -> dict[str, Any]:
    return {
        "platform": "device_automation",
        "automation_type": "trigger",
        "type": "gesture",
        "subtype": name,
        "topic": broker.trigger,
        "value_template": f"{{{{ value_json.{field} }}}}",
        "payload": name,
    }
