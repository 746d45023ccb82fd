"""Broker: the address of an MQTT broker and the topics to use, parsed from a URL."""

import os
import re
import shlex
import socket
import ssl
import unicodedata
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from app.host_name import checked_host
from app.short_id import short_id

PORTS = {"mqtt": 1883, "mqtts": 8883}
MAX_TOPIC_BYTES = 1000
"""MQTT allows 65,535, but some brokers far fewer."""
HOME_ASSISTANT = "homeassistant"
"""Home Assistant's default discovery prefix."""


@dataclass(frozen=True, slots=True)
class Broker:
    """An MQTT broker, the login and the topics."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None
    topic: str
    """Prefix of all topics."""
    ca: str | None = None
    """File of the CA certificate that signed the broker's; None for the system's CA certificates."""
    discovery: str = HOME_ASSISTANT
    """Home Assistant's discovery prefix; empty for no discovery."""

    @classmethod
    def parse(cls, text: str) -> "Broker":
        """Parse `[mqtt://|mqtts://][USER[:PASSWORD]@]HOST[:PORT][/TOPIC][?discovery=PREFIX][&ca=FILE]`.

        Raises:
            ValueError: it has another form; the message states why, without the password.
        """
        url = urlsplit(text if "://" in text else f"mqtt://{text}")
        if "@" in url.path or "#" in text or "@" in url.query:
            raise ValueError(
                "in a password, write %23 for #, %2F for /, %40 for @, %3A for : and %3F for ?, or give it as "
                "MSTNET_MQTT_PASSWORD; a topic has no # or + in it"
            )
        options = parse_qs(url.query, keep_blank_values=True)
        if url.scheme not in PORTS:
            raise ValueError(f"{url.scheme}:// is not an MQTT broker; write mqtt://HOST, or mqtts://HOST for TLS")
        if not url.hostname or options.keys() - {"discovery", "ca"}:
            raise ValueError("expected mqtt[s]://[USER@]HOST[:PORT][/TOPIC][?discovery=PREFIX][&ca=FILE]")
        ca = options.get("ca", [""])[-1] or None
        if ca and not (url.scheme == "mqtts" and os.path.isfile(ca)):
            raise ValueError(f"ca={ca} must be a file, and goes with mqtts://")
        if ca:
            _check_certificate(ca)
        port = PORTS[url.scheme] if url.port is None else url.port
        if not port:
            raise ValueError(f"no broker has port 0; the usual one is {PORTS[url.scheme]}")
        user, password = (unquote(word) if word else None for word in (url.username, url.password))
        prefix = options.get("discovery", [HOME_ASSISTANT])[-1]
        return cls(
            checked_host(url.hostname), port, url.scheme == "mqtts", user, password, _topic(url), ca, _checked(prefix)
        )

    def with_password(self, password: str | None) -> "Broker":
        """The same broker, with this password if the URL had none."""
        return self if self.password or not password else replace(self, password=password)

    def under(self, name: str) -> str:
        """The topic of a name."""
        return f"{self.topic}/{name}"

    @property
    def trigger(self) -> str:
        """The topic of gestures that fired while connected: for actions that a late gesture must not trigger."""
        return self.under("trigger")

    @property
    def status(self) -> str:
        """The topic that has `online` or `offline`, retained."""
        return self.under("status")

    @property
    def id(self) -> str:
        """The device's id in Home Assistant: ASCII letters, digits and underscores; a different one for each topic.

        Earlier versions gave several topics the same id. The most common of these topics keeps it.
        """
        kept = re.fullmatch(r"(?!mstnet/)[a-z0-9]+(/[a-z0-9]+)*|mstnet/[a-z0-9]+(-[a-z0-9]+)*", self.topic, re.I)
        return short_id(self.topic, kept=kept is not None)

    def __str__(self) -> str:
        """Host and port, without the password."""
        return f"{self.host}:{self.port}"


def _topic(url: SplitResult) -> str:
    given = unquote(url.path).strip("/")
    return _checked(given) if given else f"mstnet/{_checked(socket.gethostname() or 'app')}"


def _check_certificate(file: str) -> None:
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError as error:
        raise ValueError(
            f"ca={file} holds no certificate as text ({error.strerror or error}); convert a binary one with: "
            f"openssl x509 -inform der -in {shlex.quote(file)} -out ca.pem"
        ) from error
    except OSError as error:
        raise ValueError(f"ca={file} cannot be read ({error.strerror or error})") from error


def _checked(topic: str) -> str:
    if any(sign in topic for sign in "+#\0"):
        raise ValueError("a topic has no + or # in it")
    if len(topic.encode()) > MAX_TOPIC_BYTES:
        raise ValueError(f"a topic has at most {MAX_TOPIC_BYTES} bytes")
    return unicodedata.normalize("NFC", topic.strip("/"))
