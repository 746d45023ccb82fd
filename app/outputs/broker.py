"""Broker: where an MQTT broker is and what topics to use there, read from a URL."""

import re
import socket
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

PORTS = {"mqtt": 1883, "mqtts": 8883}
HOME_ASSISTANT = "homeassistant"
"""The prefix under which Home Assistant looks for devices."""


@dataclass(frozen=True, slots=True)
class Broker:
    """An MQTT broker, and what is said to it under which topics."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None
    topic: str
    """What all topics begin with."""
    discovery: str = HOME_ASSISTANT
    """The prefix of Home Assistant's discovery; empty where nothing is to be discovered."""

    @classmethod
    def parse(cls, text: str) -> "Broker":
        """Read `[mqtt://|mqtts://][USER[:PASSWORD]@]HOST[:PORT][/TOPIC][?discovery=PREFIX]`.

        Raises:
            ValueError: it is not that.
        """
        url = urlsplit(text if "://" in text else f"mqtt://{text}")
        options = parse_qs(url.query, keep_blank_values=True)
        if url.scheme not in PORTS or not url.hostname or "#" in text or options.keys() - {"discovery"}:
            raise ValueError(text)
        port = PORTS[url.scheme] if url.port is None else url.port
        user, password = (unquote(word) if word else None for word in (url.username, url.password))
        prefix = options.get("discovery", [HOME_ASSISTANT])[-1]
        return cls(url.hostname, port, url.scheme == "mqtts", user, password, _topic(url), _checked(prefix))

    def with_password(self, password: str | None) -> "Broker":
        """The same, with this password where the URL had none."""
        return self if self.password or not password else replace(self, password=password)

    def under(self, name: str) -> str:
        """A topic of ours."""
        return f"{self.topic}/{name}"

    @property
    def id(self) -> str:
        """Our name to Home Assistant: letters, digits and underscores."""
        return re.sub(r"\W+", "_", self.topic, flags=re.ASCII)

    def __str__(self) -> str:
        """For people; no password."""
        return f"{self.host}:{self.port}"


def _topic(url: SplitResult) -> str:
    given = unquote(url.path).strip("/")
    return _checked(given) if given else f"mstnet/{_checked(socket.gethostname() or 'app')}"


def _checked(topic: str) -> str:
    if any(sign in topic for sign in "+#\0"):
        raise ValueError(topic)
    return topic.strip("/")
