"""OSC, checked with liblo's `oscdump`, an independent implementation."""

import errno
import re
import shutil
import socket
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from streams import fired, summary, until

from app.events import to_line
from app.outputs.address import Address
from app.outputs.osc import Osc, gesture_address, packet
from common.errors import UserError

UDP = [path for path in map(Path, ("/proc/net/udp", "/proc/net/udp6")) if path.is_file()]


def test_the_bytes_of_the_specification():
    # The two examples of the OSC 1.0 specification, for one float and for several arguments.
    assert packet("/oscillator/4/frequency", 440.0) == b"/oscillator/4/frequency\0,f\0\0" + bytes.fromhex("43dc0000")
    expected = (
        b"/foo\0\0\0\0,iisff\0\0" + struct.pack(">ii", 1000, -1) + b"hello\0\0\0" + struct.pack(">ff", 1.234, 5.678)
    )
    assert packet("/foo", 1000, -1, "hello", 1.234, 5.678) == expected


@pytest.mark.parametrize(
    ("label", "address"),
    [("Swiping Left", "/gesture/swiping_left"), ("Thumb-Up", "/gesture/thumb_up"), ("drum_1", "/gesture/drum_1")],
)
def test_a_plain_name_is_its_address(label, address):
    assert gesture_address(label) == address


@pytest.mark.parametrize("label", ["Thumb Up!", "a/b *?", "#", "[{,"])
def test_addresses_have_no_characters_that_osc_reserves(label):
    assert re.fullmatch(r"/gesture/\w+", gesture_address(label), re.ASCII)


def test_names_that_differ_in_signs_have_different_addresses():
    names = ["volume", "volume +", "volume -", "C", "C#", "C?", "-", "--"]
    assert len({gesture_address(name) for name in names}) == len(names)


def test_names_in_other_scripts_have_different_addresses():
    names = ["挥手", "点头", "Café", "Cafè", "x" * 300, "x" * 301]
    addresses = [gesture_address(name) for name in names]
    assert len(set(addresses)) == len(names)
    assert all(address.isascii() and len(address) < 80 for address in addresses)
    assert gesture_address("Cafe\u0301") == gesture_address("CAFÉ") == gesture_address("Café")


def test_a_group_has_its_own_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        reader.bind(("127.0.0.1", 0))
        osc = Osc(Address("127.0.0.1", reader.getsockname()[1]))
        osc.take(fired(group="left"))
        osc.close()
        data = reader.recv(1000)
    assert data.startswith(b"/gesture/left\0")
    assert b"Swiping Left\0" in data


@pytest.mark.skipif(not shutil.which("oscdump"), reason="needs oscdump (Debian: liblo-tools)")
@pytest.mark.skipif(not UDP, reason="needs Linux's list of ports")
def test_another_program_can_parse_it():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dump = subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE, text=True)
    osc = Osc(Address("127.0.0.1", port))
    try:
        # UDP has no connections: wait until the program listens.
        lines = iter(dump.stdout.readline, "")
        until(lambda: _bound(port))
        osc.take(fired())
        osc.take(summary())
        received = [next(lines).split(" ", 1)[1].rstrip("\n") for _ in range(3)]
    finally:
        osc.close()
        dump.terminate()
        dump.communicate(timeout=10)
    assert received[0] == '/gesture/swiping_left sffi "Swiping Left" 0.930000 1.800000 55'
    assert received[1] == f'/mstnet/event s "{to_line(fired())}"'
    assert received[2] == f'/mstnet/event s "{to_line(summary())}"'


def _bound(port):
    """Whether a program has this UDP port; to try it out would take the port from that program."""
    return any(f":{port:04X} " in path.read_text() for path in UDP)


def test_an_unknown_host_is_one_line():
    with pytest.raises(UserError, match=r"nowhere\.invalid"):
        Osc(Address("nowhere.invalid", 9000))


def test_sending_without_a_listener_raises_nothing():
    osc = Osc(Address("127.0.0.1", 9))
    for _ in range(100):
        osc.take(fired())
    osc.close()


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_localhost_works_with_either_of_its_addresses(family, host, monkeypatch):
    if family == socket.AF_INET6 and not socket.has_ipv6:
        pytest.skip("needs IPv6")
    found = [(socket.AF_INET6, 2, 17, "", ("::1", 0, 0, 0)), (socket.AF_INET, 2, 17, "", ("127.0.0.1", 0))]
    with socket.socket(family, socket.SOCK_DGRAM) as listener:
        listener.bind((host, 0))
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        addresses = [(*each[:4], (each[4][0], port, *each[4][2:])) for each in found]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        osc = Osc(Address("localhost", port))
        received = b""
        for _ in range(20):  # the first packet may be refused; the system reports this for the next one
            osc.take(fired())
            with suppress(TimeoutError):
                received = listener.recv(9000)
                break
        osc.close()
    assert b"Swiping Left" in received


def test_broadcast_is_allowed():
    osc = Osc(Address("255.255.255.255", 9000))
    osc.take(fired())
    osc.close()
    assert osc.unsent == 0


def test_a_refused_packet_is_logged_with_its_cause(caplog):
    osc = Osc(Address("127.0.0.1", 1))
    for _ in range(20):
        osc.take(fired())
    osc.close()
    assert "nothing listens on that port" in caplog.text
    assert osc.undelivered() == ""  # a packet whose refusal nobody reported counts as sent


def test_a_network_that_comes_up_later_or_changes_is_used(monkeypatch, caplog):
    """Without a route, the system refuses to connect a socket."""
    connect, down = socket.socket.connect, True

    class Socket(socket.socket):
        def connect(self, address):
            if down:
                raise OSError(errno.ENETUNREACH, "Network is unreachable")
            connect(self, address)

        def send(self, data):
            if down:
                raise OSError(errno.ENETUNREACH, "Network is unreachable")
            return super().send(data)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        reader.bind(("127.0.0.1", 0))
        reader.settimeout(10)
        monkeypatch.setattr(socket, "socket", Socket)
        osc = Osc(Address("127.0.0.1", reader.getsockname()[1]))
        osc.take(summary())
        down = False
        osc.take(fired())
        assert b"Swiping Left" in reader.recv(9000)
        osc.close()
    assert (osc.unsent, osc.undelivered()) == (1, "")
    assert "Network is unreachable" in caplog.text


def test_no_sendable_packet_is_an_error(caplog, monkeypatch):
    osc = Osc(Address("127.0.0.1", 1))

    def unreachable(data):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr(osc, "_send_or_try_next", unreachable)
    osc.take(fired())
    osc.close()
    assert "no OSC packet could be sent" in osc.undelivered()
    assert caplog.text.count("cannot be sent") == 1
