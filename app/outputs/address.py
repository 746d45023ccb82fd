"""Address: a host and a port, as a user writes them."""

import ipaddress
from dataclasses import dataclass

from app.host_name import checked_host

ADDRESS = "[HOST:]PORT"
LOCALHOST = "127.0.0.1"
MAX_PORT = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """An address to listen on or to send to."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Parse `PORT`, `HOST:PORT` or `[IPV6]:PORT`; the default host is 127.0.0.1.

        Raises:
            ValueError: it is none of these; the message states why.
        """
        other_form = ValueError(f"expected {ADDRESS} with a port from 0 to {MAX_PORT}; got {text!r}")
        host, _, port = text.strip().rpartition(":")
        if not (port.isascii() and port.isdigit() and int(port) <= MAX_PORT):
            raise other_form
        if host.startswith("[") and host.endswith("]"):
            host = _ipv6(host[1:-1])
        elif ":" in host:
            raise other_form
        return cls(checked_host(host or LOCALHOST), int(port))

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "localhost" or is_loopback(self.host)

    @property
    def everywhere(self) -> bool:
        """Whether it means all addresses of this machine."""
        return self.host in ("0.0.0.0", "::")

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def _ipv6(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise ValueError(f"{text[:80]} is not an IPv6 address") from None


def is_loopback(host: str) -> bool:
    """Whether a host is a loopback address; names are not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
