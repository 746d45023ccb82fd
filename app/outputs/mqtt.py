"""MQTT: gestures to a broker, kept while it is away.

Under the broker's topic:

* `status`: `online` or `offline`, retained; the broker itself says `offline` when we vanish (last will);
* `header`, retained, `control` and `summary`: as everywhere;
* `gesture`: every gesture, at least once (QoS 1), also those that fired while the broker was away. The user property
  `fired_at` says when, on the wall clock;
* `trigger`: the same, but only those of this very moment. What switches a light should listen here: a gesture of ten
  minutes ago must not switch it now.

Home Assistant finds a device by a retained message elsewhere. One that the same camera left under another topic is
removed, unless somebody still speaks there.
"""

import queue
import ssl
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from app.events import Message, to_line
from app.network_cause import network_cause
from app.outputs import home_assistant
from app.outputs.broker import Broker
from app.shutdown import SHUTDOWN_TIMEOUT_S, join, shutdown_requested
from common.log import log

KEPT = 1000
"""Gestures that are kept while the broker is away; then the oldest are lost, and counted."""
IN_FLIGHT = 20
"""Gestures that may be on the way to the broker, not yet confirmed."""
NOT_LET_IN = (134, 135)
"""MQTT's codes for a wrong user or password, and for one who may not."""
KEEPALIVE_S = 15
SLOWEST_RETRY_S = 30
PATIENCE_S = 3.0
"""How long the last words may take at the end."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker is there."""


@dataclass(frozen=True, slots=True)
class Away:
    """The broker is not there, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The broker confirmed a message."""

    number: int


@dataclass(frozen=True, slots=True)
class Heard:
    """A retained message."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the stream."""

    message: Message
    at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


News = Connected | Away | Delivered | Heard | Said


class Mqtt:
    """A sink that publishes to a broker. The broker may come, go and come back as it likes.

    All that happens, here or there, is put on one queue, and one thread takes it from there: so nobody waits for
    anybody, and nothing needs a lock. (The client library calls back while it holds locks of its own.)

    Args:
        broker: where to publish.
        version: this program's.
        sources: what is read as the camera.
        kept: so many gestures are kept while the broker is away.
    """

    wants_steps = False

    def __init__(self, broker: Broker, version: str, sources: Sequence[str], kept: int = KEPT) -> None:
        self._broker, self._version, self._most = broker, version, kept
        self._serial = home_assistant.serial_number(sources)
        self._news: queue.SimpleQueue[News | None] = queue.SimpleQueue()
        self._old_devices: dict[str, str] = {}
        """Discovery topics of this camera's other devices, by the topics of their status."""
        self._kept: deque[Said] = deque()
        self._on_the_way: set[int] = set()
        self._header: Message | None = None
        self._connected: bool | None = None
        self._closing = False
        self.lost = 0
        """Gestures that were not kept, because too many were."""
        self._client = self._new_client()
        self._thread = threading.Thread(target=self._work, name="mqtt", daemon=True)
        self._thread.start()
        self._client.connect_async(broker.host, broker.port, KEEPALIVE_S)
        self._client.loop_start()

    def take(self, message: Message) -> None:
        """Publish one message when the broker is there."""
        self._news.put(Said(message))

    def close(self) -> None:
        """Send what can still be sent, say goodbye, and say what could not be sent."""
        self._news.put(None)
        join(self._thread, 2 * PATIENCE_S)

    def _new_client(self) -> paho.Client:
        # Version 5, because only that can say when a late message was made.
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            client.tls_set_context(_tls(self._broker.ca))
        client.will_set(self._broker.under("status"), "offline", qos=1, retain=True)
        client.reconnect_delay_set(1, SLOWEST_RETRY_S)
        client.on_connect = self._on_connect
        client.on_connect_fail = lambda *_: self._news.put(Away(self._cause(sys.exc_info()[1])))
        client.on_disconnect = lambda *_: self._news.put(Away(self._lost()))
        client.on_message = self._on_message
        client.on_publish = lambda _client, _data, number, *_: self._news.put(Delivered(number))
        return client

    def _on_connect(
        self, client: paho.Client, data: Any, flags: paho.ConnectFlags, reason: ReasonCode, properties: Any
    ) -> None:
        del client, data, flags, properties
        advice = "; check user and password (MSTNET_MQTT_PASSWORD)" if reason.value in NOT_LET_IN else ""
        self._news.put(Away(f"it says: {reason}{advice}") if reason.is_failure else Connected())

    def _on_message(self, client: paho.Client, data: Any, heard: paho.MQTTMessage) -> None:
        del client, data
        if heard.retain:  # what was there before; what others say now is their own business
            self._news.put(Heard(heard.topic, heard.payload.decode(errors="replace")))

    def _cause(self, error: BaseException | None) -> str:
        """Why it cannot be reached; the client library tells nobody, but calls while it handles the error."""
        return network_cause(
            error or TimeoutError(),
            self._broker.host,
            tls_remedy="name the file of the certificate that signed it: mqtts://...?ca=FILE",
            plain_remedy="if that port is not for TLS, write mqtt:// instead, or give the one that is, usually 8883",
        )

    def _lost(self) -> str:
        if self._connected is None and not self._broker.tls:
            return "it hung up before it said anything; if the port is for TLS, write mqtts://"
        return "the connection is lost"

    def _work(self) -> None:
        while (news := self._news.get()) is not None:
            self._handle(news)
        self._say_goodbye()

    def _handle(self, news: News) -> None:
        if isinstance(news, Said):
            self._keep(news)
        elif isinstance(news, Heard):
            self._listen(news)
        elif isinstance(news, Delivered):
            self._on_the_way.discard(news.number)
        elif isinstance(news, Away):
            self._note_away(news.reason)
        else:
            self._introduce()
        self._hand_over()

    def _keep(self, said: Said) -> None:
        kind = said.message["type"]
        if kind == "header":
            self._header = said.message
            if self._connected:
                self._introduce()
        elif kind == "gesture":
            if self._connected:
                self._client.publish(self._broker.under("trigger"), to_line(said.message), qos=0)
            self._kept.append(said)
            self._forget_oldest()
        else:
            self._kept.append(said)

    def _forget_oldest(self) -> None:
        if len(self._kept) > self._most:
            self._kept.popleft()
            self.lost += 1
            if self.lost == 1:
                log.warning("MQTT broker %s is away too long: the oldest events are lost from now on", self._broker)

    def _note_away(self, reason: str) -> None:
        if self._connected is not False and not self._closing:
            log.warning(
                "MQTT broker %s is away (%s); up to %d events are kept for it", self._broker, reason, self._most
            )
        self._connected = False

    def _introduce(self) -> None:
        """Say that we are there, and what we are."""
        if self._connected is False:
            log.info("MQTT broker %s is there; %d kept events go out", self._broker, len(self._kept))
        self._connected = True
        self._retain(self._broker.under("status"), "online")
        if self._header:
            self._retain(self._broker.under("header"), to_line(self._header))
            if self._broker.discovery:
                described = home_assistant.device(self._broker, self._header, self._version, self._serial)
                self._retain(home_assistant.discovery_topic(self._broker), described)
                self._client.subscribe(home_assistant.every_discovery_topic(self._broker))

    def _listen(self, heard: Heard) -> None:
        """Look for devices that this camera left under other topics, and remove those where nobody speaks any more."""
        if discovery := self._old_devices.pop(heard.topic, None):
            self._client.unsubscribe(heard.topic)
            if heard.text == "offline":
                self._remove(discovery, heard.topic.removesuffix("/status"))
        elif heard.topic != home_assistant.discovery_topic(self._broker) and (
            status := home_assistant.status_topic_of(heard.text, self._serial)
        ):
            self._old_devices[status] = heard.topic
            self._client.subscribe(status)

    def _remove(self, discovery: str, topic: str) -> None:
        """Take back what is retained of a device."""
        for each in (discovery, f"{topic}/status", f"{topic}/header"):
            self._retain(each, "")
        log.info("this camera's topic was %s and is %s: the old device is removed", topic, self._broker.topic)

    def _retain(self, topic: str, text: str) -> int:
        """Publish a message that the broker keeps; its number."""
        return self._client.publish(topic, text, qos=1, retain=True).mid

    def _hand_over(self) -> None:
        """Give the client what is kept, a little at a time, so that what is bounded here is not unbounded there."""
        while self._connected and self._kept and len(self._on_the_way) < IN_FLIGHT:
            said = self._kept.popleft()
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.UserProperty = ("fired_at", said.at.isoformat(timespec="milliseconds"))
            topic = self._broker.under(said.message["type"])
            sent = self._client.publish(topic, to_line(said.message), qos=1, properties=properties)
            self._on_the_way.add(sent.mid)

    def _say_goodbye(self) -> None:
        until_s = time.monotonic() + (SHUTDOWN_TIMEOUT_S if shutdown_requested.is_set() else PATIENCE_S)
        self._listen_until(lambda: not (self._kept or self._on_the_way) or self._connected is False, until_s)
        unsent = self.lost + len(self._kept) + len(self._on_the_way)
        if unsent:
            log.warning("%d events never reached the MQTT broker %s", unsent, self._broker)
        if self._connected:
            last = self._retain(self._broker.under("status"), "offline")
            self._on_the_way.add(last)
            # A socket that is closed while the broker's answers wait in it takes back what the broker has not read.
            self._listen_until(lambda: last not in self._on_the_way or not self._connected, until_s)
        self._closing = True
        self._client.disconnect()  # after what is on its way
        self._listen_until(lambda: not self._connected, until_s)

    def _listen_until(self, done: Callable[[], bool], until_s: float) -> None:
        """Handle news until something is so, or the time is over."""
        with suppress(queue.Empty):
            while not done():
                if news := self._news.get(timeout=max(0.0, until_s - time.monotonic())):
                    self._handle(news)


class _ClosingSocket(ssl.SSLSocket):
    """A socket that is closed where its handshake fails; the client library leaves such open at every try."""

    def do_handshake(self, block: bool = False) -> None:
        """Agree on keys.

        Raises:
            OSError: the other side is not believed, or speaks no TLS.
        """
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _tls(ca: str | None) -> ssl.SSLContext:
    """What to believe: the system's certificates, or those that a file signs."""
    context = ssl.create_default_context(cafile=ca)
    context.sslsocket_class = _ClosingSocket
    return context
