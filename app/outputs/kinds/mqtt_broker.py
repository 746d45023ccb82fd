"""`--mqtt`: an MQTT broker, optionally with Home Assistant."""

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass

from app.outputs.broker import Broker
from app.outputs.kind import OpenedOutput, OutputKind, RunFacts
from app.outputs.packages import need
from common.version import __version__

PASSWORD = "MSTNET_MQTT_PASSWORD"
"""Environment variable of the password, because other users of a machine can read command lines."""


@dataclass(frozen=True, slots=True)
class MqttOutput:
    """A broker to publish to."""

    broker: Broker

    def open(self, run: RunFacts) -> OpenedOutput:
        """Start to connect; the broker may be unreachable at first.

        Raises:
            UserError: paho-mqtt is not installed.
        """
        need("paho.mqtt.client", "paho-mqtt", "--mqtt")
        from app.outputs.mqtt import Mqtt

        mqtt = Mqtt(self.broker.with_password(os.environ.get(PASSWORD)), __version__, run.sources)
        return OpenedOutput(mqtt, mqtt.close, undelivered=mqtt.undelivered)


def _broker(text: str) -> Broker:
    try:
        return Broker.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _add_options(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--mqtt",
        type=_broker,
        metavar="URL",
        help="mqtt[s]://[USER@]HOST[:PORT][/TOPIC]; Home Assistant finds the gestures there",
    )


def _read(options: argparse.Namespace) -> Iterator[MqttOutput]:
    if options.mqtt:
        yield MqttOutput(options.mqtt)


MQTT = OutputKind(("mqtt",), _add_options, _read)
