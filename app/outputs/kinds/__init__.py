"""The kinds of outputs. A new one is a module here, and a name in one of these lists."""

from app.outputs.kind import OutputKind
from app.outputs.kinds.files import FILES
from app.outputs.kinds.mqtt_broker import MQTT
from app.outputs.kinds.obs_studio import OBS
from app.outputs.kinds.osc_receiver import OSC
from app.outputs.kinds.web_server import WEB

NETWORK: tuple[OutputKind, ...] = (WEB, MQTT, OSC, OBS)
"""Outputs that listen or send; for a single camera only."""
KINDS: tuple[OutputKind, ...] = (*NETWORK, FILES)
"""All kinds. Files come last: if one cannot be written any more, the other sinks have already received the message."""
