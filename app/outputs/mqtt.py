"""MQTT: gestures to a broker, kept while it is unreachable.

Under the broker's topic:

* `status`: `online` or `offline`, retained; the broker publishes `offline` when the connection is lost (last will);
* `header`, retained, `control` and `summary`: the same messages as in all outputs;
* `gesture`: every gesture, at least once (QoS 1), also those that fired while the broker was unreachable. The user
  property `fired_at` is the wall-clock time of the event;
* `trigger`: only gestures that fired while connected. To be used for actions such as switching a light, which a late
  gesture must not trigger.

Home Assistant finds a device by a retained message under its discovery prefix. A device that the same camera had under
another topic is removed, unless its status is `online`. Without discovery, a description that an earlier run left under
the default prefix is removed.
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
from common.errors import UserError
from common.log import log

MAX_KEPT = 1000
"""Maximum number of gestures kept while the broker is unreachable; beyond it, the oldest are dropped and counted."""
MAX_IN_FLIGHT = 20
"""Maximum number of gestures sent to the broker and not yet confirmed."""
UNAUTHORIZED_CODES = (134, 135)
"""MQTT's reason codes 'Bad user name or password' and 'Not authorized'."""
KEEPALIVE_TIMEOUT_CODE = 141
NOT_CONNECTED = "there was no answer within the run; is it switched on, and are address and port correct?"
NO_ANSWER = "it does not answer as an MQTT broker; is the port correct?"
CONNECTION_LOST = "the connection is lost"
KEEPALIVE_S = 15
MAX_RETRY_S = 30
CLOSE_TIMEOUT_S = 3.0
"""How long `close` waits for the last messages."""


@dataclass(frozen=True, slots=True)
class SocketOpened:
    """There is a TCP connection; with TLS, also that of TLS."""


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker accepted the connection."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The broker is unreachable."""

    reason: str
    """Why; empty if the connection ended without a reason, as also after each refusal."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The broker confirmed a message."""

    number: int


@dataclass(frozen=True, slots=True)
class RetainedMessage:
    """A retained message that the broker sent."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """A message of the stream, to publish."""

    message: Message
    at: datetime = field(default_factory=lambda: datetime.now(timezone.utc))


Notification = SocketOpened | Connected | Disconnected | Delivered | RetainedMessage | StreamMessage


class Mqtt:
    """A sink that publishes to a broker. It reconnects whenever the broker is reachable.

    All messages of the stream and all callbacks of the client library go through one queue to one thread: no caller
    waits, and no lock is needed. (The client library holds its own locks while it calls back.)

    Args:
        broker: the broker.
        version: version of this program.
        sources: the sources that are read as cameras.
        kept: maximum number of gestures kept while the broker is unreachable.

    Raises:
        UserError: there is no loopback network, which the client library needs.
    """

    wants_steps = False

    def __init__(self, broker: Broker, version: str, sources: Sequence[str], kept: int = MAX_KEPT) -> None:
        self._broker, self._version, self._max_kept = broker, version, kept
        self._serial = home_assistant.serial_number(sources, broker.topic)
        self._notifications: queue.SimpleQueue[Notification | None] = queue.SimpleQueue()
        self._old_devices: dict[str, str] = {}
        """Discovery topics of this camera's other devices, by the topics of their status."""
        self._kept: deque[StreamMessage] = deque()
        self._unconfirmed: set[int] = set()
        self._header: Message | None = None
        self._connected: bool | None = None
        self._reached, self._unsent = False, 0
        self._unreachable_because = NOT_CONNECTED
        self._closing = False
        self.lost = 0
        """Number of gestures that were dropped because too many were kept."""
        self._client = self._new_client()
        self._thread = threading.Thread(target=self._work, name="mqtt", daemon=True)
        self._client.connect_async(broker.host, broker.port, KEEPALIVE_S)
        try:
            self._client.loop_start()
        except OSError as error:
            raise UserError(
                f"--mqtt cannot start ({error.strerror}); its client needs the loopback network: `ip link set lo up`"
            ) from error
        self._thread.start()

    def take(self, message: Message) -> None:
        """Publish one message, now or when the broker is reachable."""
        self._notifications.put(StreamMessage(message))

    def close(self) -> None:
        """Send the kept messages if possible, log how many could not be sent, and disconnect."""
        self._notifications.put(None)
        join(self._thread, 2 * CLOSE_TIMEOUT_S)

    def undelivered(self) -> str:
        """Why nothing reached the broker; empty if it was reached."""
        if self._reached:
            return ""
        return f"no message reached the MQTT broker {self._broker} (lost: {self._unsent}): {self._unreachable_because}"

    def _new_client(self) -> paho.Client:
        # Version 5, because only that has user properties, for the time of a late message.
        client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            client.tls_set_context(_tls(self._broker.ca))
        client.will_set(self._broker.status, "offline", qos=1, retain=True)
        client.reconnect_delay_set(1, MAX_RETRY_S)
        client.on_socket_open = lambda *_: self._notifications.put(SocketOpened())
        client.on_connect = self._on_connect
        client.on_connect_fail = lambda *_: self._notifications.put(Disconnected(self._cause(sys.exc_info()[1])))
        client.on_disconnect = lambda _client, _data, _flags, reason, *_: self._notifications.put(
            Disconnected(NO_ANSWER if reason.value == KEEPALIVE_TIMEOUT_CODE else "")
        )
        client.on_message = self._on_message
        client.on_publish = lambda _client, _data, number, *_: self._notifications.put(Delivered(number))
        return client

    def _on_connect(
        self, client: paho.Client, data: Any, flags: paho.ConnectFlags, reason: ReasonCode, properties: Any
    ) -> None:
        del client, data, flags, properties
        advice = "; check user and password (MSTNET_MQTT_PASSWORD)" if reason.value in UNAUTHORIZED_CODES else ""
        self._notifications.put(
            Disconnected(f"it refused the connection: {reason}{advice}") if reason.is_failure else Connected()
        )

    def _on_message(self, client: paho.Client, data: Any, retained: paho.MQTTMessage) -> None:
        del client, data
        if retained.retain:  # new messages of other clients are ignored
            self._notifications.put(RetainedMessage(retained.topic, retained.payload.decode(errors="replace")))

    def _cause(self, error: BaseException | None) -> str:
        """Why it cannot be reached; the client library does not pass the error, but calls while it handles it."""
        return network_cause(
            error or TimeoutError(),
            self._broker.host,
            tls_remedy="name the file of the certificate that signed it: mqtts://...?ca=FILE",
            plain_remedy="if that port is not for TLS, write mqtt:// instead, or give the one that is, usually 8883",
        )

    def _lost(self) -> str:
        if self._connected is None and not self._broker.tls:
            return "it closed the connection before it sent anything; if the port is for TLS, write mqtts://"
        return CONNECTION_LOST

    def _work(self) -> None:
        while (notification := self._notifications.get()) is not None:
            self._handle(notification)
        self._finish()

    def _handle(self, notification: Notification) -> None:
        if isinstance(notification, StreamMessage):
            self._keep(notification)
        elif isinstance(notification, RetainedMessage):
            self._remove_old_device(notification)
        elif isinstance(notification, Delivered):
            self._unconfirmed.discard(notification.number)
        elif isinstance(notification, SocketOpened):
            self._opened()
        elif isinstance(notification, Disconnected):
            self._disconnected(notification.reason)
        else:
            self._greet()
        self._send_kept()

    def _keep(self, incoming: StreamMessage) -> None:
        kind = incoming.message["type"]
        if kind == "header":
            self._header = incoming.message
            if self._connected:
                self._describe()
        elif kind == "gesture":
            if self._connected:
                self._client.publish(self._broker.trigger, to_line(incoming.message), qos=0)
            self._kept.append(incoming)
            self._drop_oldest()
        else:
            self._kept.append(incoming)

    def _drop_oldest(self) -> None:
        if len(self._kept) > self._max_kept:
            self._kept.popleft()
            self.lost += 1
            if self.lost == 1:
                log.warning("MQTT broker %s is unreachable for too long: the oldest events are dropped", self._broker)

    def _opened(self) -> None:
        if self._unreachable_because == NOT_CONNECTED:  # the reason of an earlier attempt says more
            self._unreachable_because = NO_ANSWER

    def _disconnected(self, reason: str) -> None:
        reason = reason or self._lost()
        if self._connected is not False and not self._closing:
            log.warning(
                "MQTT broker %s is unreachable (%s); up to %d events are kept for it",
                self._broker,
                reason,
                self._max_kept,
            )
        self._connected = False
        if reason != CONNECTION_LOST:
            self._unreachable_because = reason

    def _greet(self) -> None:
        """Publish the status of this device, and its description."""
        kept = f"; sending {len(self._kept)} kept events" if self._connected is False else ""
        if not self._reached:
            log.info("connected to MQTT broker %s, topic %s%s", self._broker, self._broker.topic, kept)
        elif kept:
            log.info("MQTT broker %s is reachable again%s", self._broker, kept)
        self._connected = self._reached = True
        self._retain(self._broker.status, "online")
        self._describe()

    def _describe(self) -> None:
        """Publish the description of this device, if it is known."""
        if self._header:
            self._retain(self._broker.under("header"), to_line(self._header))
            if self._broker.discovery:
                described = home_assistant.device(self._broker, self._header, self._version, self._serial)
                self._retain(home_assistant.discovery_topic(self._broker), described)
            self._client.subscribe(home_assistant.every_discovery_topic(self._broker))

    def _remove_old_device(self, retained: RetainedMessage) -> None:
        """Find devices that this camera had under other topics, and remove those that are offline."""
        if discovery := self._old_devices.pop(retained.topic, None):
            self._client.unsubscribe(retained.topic)
            if retained.text == "offline":
                self._remove(discovery, retained.topic.removesuffix("/status"))
        elif retained.topic != home_assistant.discovery_topic(self._broker) and (
            status := home_assistant.status_topic_of(retained.text, self._serial)
        ):
            if status == self._broker.status:
                self._remove_description(retained.topic)
                return
            self._old_devices[status] = retained.topic
            self._client.subscribe(status)

    def _remove_description(self, discovery: str) -> None:
        """Remove an earlier description of this device, as from a run before `?discovery=`; its topics stay."""
        self._retain(discovery, "")
        log.info("%s, the description of this device from an earlier run, is removed", discovery)

    def _remove(self, discovery: str, topic: str) -> None:
        """Clear the retained messages of a device."""
        for each in (discovery, f"{topic}/status", f"{topic}/header"):
            self._retain(each, "")
        log.info("this camera's topic was %s and is %s: the old device is removed", topic, self._broker.topic)

    def _retain(self, topic: str, text: str) -> int:
        """Publish a retained message; return its number."""
        return self._client.publish(topic, text, qos=1, retain=True).mid

    def _send_kept(self) -> None:
        """Publish kept messages, with at most `MAX_IN_FLIGHT` unconfirmed, because the client's queue is unbounded."""
        while self._connected and self._kept and len(self._unconfirmed) < MAX_IN_FLIGHT:
            kept = self._kept.popleft()
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.UserProperty = ("fired_at", kept.at.isoformat(timespec="milliseconds"))
            topic = self._broker.under(kept.message["type"])
            sent = self._client.publish(topic, to_line(kept.message), qos=1, properties=properties)
            self._unconfirmed.add(sent.mid)

    def _finish(self) -> None:
        deadline_s = time.monotonic() + (SHUTDOWN_TIMEOUT_S if shutdown_requested.is_set() else CLOSE_TIMEOUT_S)
        self._handle_until(lambda: not (self._kept or self._unconfirmed) or self._connected is False, deadline_s)
        self._unsent = self.lost + len(self._kept) + len(self._unconfirmed)
        if self._unsent and self._reached:  # if it was not reached, `undelivered` says so
            log.warning("%d messages never reached the MQTT broker %s", self._unsent, self._broker)
        if self._connected:
            last = self._retain(self._broker.status, "offline")
            self._unconfirmed.add(last)
            # Closing a socket with unread data resets the connection, and the broker loses what it has not read yet.
            self._handle_until(lambda: last not in self._unconfirmed or not self._connected, deadline_s)
        self._closing = True
        self._client.disconnect()  # after the messages in flight
        self._handle_until(lambda: not self._connected, deadline_s)

    def _handle_until(self, done: Callable[[], bool], deadline_s: float) -> None:
        """Handle notifications until `done` is true or the deadline has passed."""
        with suppress(queue.Empty):
            while not done():
                if notification := self._notifications.get(timeout=max(0.0, deadline_s - time.monotonic())):
                    self._handle(notification)


class _ClosingSocket(ssl.SSLSocket):
    """A socket that is closed if its handshake fails; the client library would leave it open."""

    def do_handshake(self, block: bool = False) -> None:
        """Do the TLS handshake.

        Raises:
            OSError: the certificate is refused, or the server does not use TLS.
        """
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def _tls(ca: str | None) -> ssl.SSLContext:
    """A context that trusts the system's CA certificates, or those of a file."""
    context = ssl.create_default_context(cafile=ca)
    context.sslsocket_class = _ClosingSocket
    return context
