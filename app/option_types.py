"""Types of options, for argparse: each parses one argument or raises an error."""

import argparse
import re
from urllib.parse import urlsplit

from app.outputs.address import Address
from app.outputs.broker import Broker
from common.errors import UserError
from models.framing.opening import parse_framing
from models.region import Region


def address(text: str) -> Address:
    """Parse an address to listen on or to send to."""
    return Address.parse(text)


def broker(text: str) -> Broker:
    """Parse the URL of an MQTT broker."""
    try:
        return Broker.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def framing(text: str) -> Region | None:
    """Parse a framing: a region of the frame, or None for one that follows the person who gestures."""
    try:
        return parse_framing(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def origin(text: str) -> str:
    """Parse the origin of a page, as browsers send it: scheme, host and port, without the scheme's usual port."""
    url = urlsplit(text)
    if not url.scheme or not url.netloc or url.path.strip("/") or url.query or "@" in url.netloc:
        raise ValueError(text)
    usual = {"http": ":80", "https": ":443"}.get(url.scheme, "")
    return f"{url.scheme}://{url.netloc.lower().removesuffix(usual)}"


def host_name(text: str) -> str:
    """Parse the name of a machine, without scheme and port; in lower case."""
    name = text.strip().lower().rstrip(".")
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", name):
        raise ValueError(text)
    return name


def scene(text: str) -> tuple[str, str]:
    """Parse a gesture and the OBS scene that it switches to."""
    label, _, name = text.partition("=")
    if not (label.strip() and name.strip()):
        raise ValueError(text)
    return label.strip(), name.strip()


# argparse prints these names: "invalid host name value: 'a b'"
address.__name__ = "[HOST:]PORT"
broker.__name__ = "mqtt[s]://[USER@]HOST[:PORT][/TOPIC]"
origin.__name__ = "SCHEME://HOST[:PORT]"
host_name.__name__ = "host name"
scene.__name__ = "GESTURE=SCENE"
