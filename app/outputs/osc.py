"""OSC: gestures as UDP packets, for music, light and stage programs.

Two messages per gesture: `/gesture/swiping_left` (or its group, if there are groups) with label, score, time and frame,
which such programs can bind to; and `/mstnet/event` with the JSON of all outputs, which is also sent for header and
summary.

OSC 1.0 is implemented here: the needed part is small.
"""

import re
import socket
import struct

from app.events import Message, fired_name, to_line
from app.network_cause import network_cause
from app.outputs.address import Address
from app.short_id import short_id
from common.errors import UserError
from common.folded import folded
from common.log import log

PLAIN_NAME = re.compile("[a-z0-9]+(?:[ _-][a-z0-9]+)*")
"""A folded name that its address alone identifies: words with a space, an underscore or a hyphen between them."""
Argument = str | int | float


class Osc:
    """A sink that sends UDP packets. Nothing is kept for a reader that does not listen yet.

    Raises:
        UserError: the host is unknown.
    """

    wants_steps = False

    def __init__(self, address: Address) -> None:
        try:
            found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)
        except OSError as error:
            raise UserError(
                f"unknown host {address.host} in --osc ({error.strerror}); give one, such as 127.0.0.1:9000"
            ) from error
        # A name may have several addresses, as localhost has ::1 and 127.0.0.1; most OSC programs listen on IPv4.
        self._addresses = sorted((each[4] for each in found), key=lambda address: ":" in str(address[0]))
        self._socket: socket.socket | None = None
        self._sent = 0
        self.unsent = 0
        """Number of packets that could not be sent."""
        self._unsent_because = ""

    def take(self, message: Message) -> None:
        if message["type"] == "gesture":
            values = (message["label"], message["score"], message["fired_s"], message["frame"])
            self._send(packet(gesture_address(fired_name(message)), *values))
        self._send(packet("/mstnet/event", to_line(message)))

    def close(self) -> None:
        """Log the number of packets that could not be sent."""
        self._disconnect()
        if self.unsent and self._sent:  # if none was sent, `undelivered` says so
            log.warning("%d OSC packets could not be sent", self.unsent)

    def undelivered(self) -> str:
        """Why no packet could be sent; empty if one was. A sent packet may have reached nobody."""
        return f"no OSC packet could be sent: {self._unsent_because}" if self.unsent and not self._sent else ""

    def _send(self, data: bytes) -> None:
        try:
            self._send_or_try_next(data)
            self._sent += 1
        except OSError as error:
            self._disconnect()  # the network may have changed, and with it the address to send from
            self._unsent_because = network_cause(error)
            if not self.unsent:
                log.warning("OSC packets cannot be sent (%s)", self._unsent_because)
            self.unsent += 1

    def _send_or_try_next(self, data: bytes) -> None:
        """Send; if the system reports that the previous packet was refused, use the next address of the name."""
        try:
            self._connected().send(data)
        except ConnectionRefusedError:
            if len(self._addresses) == 1:
                raise
            self._disconnect()
            self._addresses.pop(0)
            self._connected().send(data)

    def _connected(self) -> socket.socket:
        """The socket; a new one after an error, and at the start, when there may be no network yet."""
        if not self._socket:
            address = self._addresses[0]
            family = socket.AF_INET6 if ":" in str(address[0]) else socket.AF_INET
            self._socket = socket.socket(family, socket.SOCK_DGRAM)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._socket.setblocking(False)
            self._socket.connect(address)
        return self._socket

    def _disconnect(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None


def gesture_address(name: str) -> str:
    """The address of a gesture: `/gesture/swiping_left`; with a digest if other characters are in it.

    Signs and letters that are not ASCII are no part of an address: the digest distinguishes `C#` from `C`.
    """
    name = folded(name)
    return "/gesture/" + short_id(name, kept=bool(PLAIN_NAME.fullmatch(name)))


def packet(address: str, *arguments: Argument) -> bytes:
    """One OSC 1.0 message: address, type tags, arguments; all big-endian and padded to four bytes."""
    tags = "," + "".join("s" if isinstance(each, str) else "i" if isinstance(each, int) else "f" for each in arguments)
    return _text(address) + _text(tags) + b"".join(map(_argument, arguments))


def _argument(value: Argument) -> bytes:
    if isinstance(value, str):
        return _text(value)
    return struct.pack(">i" if isinstance(value, int) else ">f", value)


def _text(text: str) -> bytes:
    data = text.encode() + b"\0"
    return data + b"\0" * (-len(data) % 4)
