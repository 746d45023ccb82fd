"""Types of options, for argparse: each reads one word of the command line, or raises an error."""

import argparse
import re
from urllib.parse import urlsplit

from app.outputs.address import Address
from app.outputs.broker import Broker
from common.errors import UserError
from models.framing.opening import parse_framing
from models.region import Region


def address(text: str) -> Address:
    """Where to listen or send to."""
    return Address.parse(text)


def broker(text: str) -> Broker:
    """An MQTT broker."""
    try:
        return Broker.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def framing(text: str) -> Region | None:
    """What the network sees of the picture: a region, or None for following whoever gestures."""
    try:
        return parse_framing(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def origin(text: str) -> str:
    """A page's origin: scheme, host and port, as a browser sends it, or a program with a browser in it."""
    url = urlsplit(text)
    if not url.scheme or not url.netloc or url.path.strip("/") or url.query or "@" in url.netloc:
        raise ValueError(text)
    usual = {"http": ":80", "https": ":443"}.get(url.scheme, "")
    return f"{url.scheme}://{url.netloc.lower().removesuffix(usual)}"


def host_name(text: str) -> str:
    """A name of a machine, without scheme and port."""
    name = text.strip().lower().rstrip(".")
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", name):
        raise ValueError(text)
    return name


def scene(text: str) -> tuple[str, str]:
    """A gesture and the scene that it switches to."""
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
