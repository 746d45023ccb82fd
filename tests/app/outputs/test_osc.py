"""OSC, judged by liblo's `oscdump`, which is not ours."""

import shutil
import socket
import struct
import subprocess
from contextlib import suppress

import pytest
from streams import fired, summary

from app.events import to_line
from app.outputs.address import Address
from app.outputs.osc import Osc, gesture_address, packet
from common.errors import UserError


def test_the_bytes_of_the_specification():
    # The two examples of the OSC 1.0 specification, for one float and for several arguments.
    assert packet("/oscillator/4/frequency", 440.0) == b"/oscillator/4/frequency\0,f\0\0" + bytes.fromhex("43dc0000")
    expected = (
        b"/foo\0\0\0\0,iisff\0\0" + struct.pack(">ii", 1000, -1) + b"hello\0\0\0" + struct.pack(">ff", 1.234, 5.678)
    )
    assert packet("/foo", 1000, -1, "hello", 1.234, 5.678) == expected


@pytest.mark.parametrize(
    ("label", "address"),
    [("Swiping Left", "/gesture/swiping_left"), ("Thumb Up!", "/gesture/thumb_up"), ("a/b *?", "/gesture/a_b")],
)
def test_addresses_hold_no_sign_that_osc_reserves(label, address):
    assert gesture_address(label) == address


def test_a_group_has_an_address_of_its_own():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reader:
        reader.bind(("127.0.0.1", 0))
        osc = Osc(Address("127.0.0.1", reader.getsockname()[1]))
        osc.take(fired(group="left"))
        osc.close()
        data = reader.recv(1000)
    assert data.startswith(b"/gesture/left\0")
    assert b"Swiping Left\0" in data


@pytest.mark.skipif(not shutil.which("oscdump"), reason="needs oscdump (Debian: liblo-tools)")
def test_another_program_understands_it():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dump = subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE, text=True)
    osc = Osc(Address("127.0.0.1", port))
    try:
        # UDP knows no reader: say something until it is there.
        lines = iter(dump.stdout.readline, "")
        while not _bound(port):
            pass
        osc.take(fired())
        osc.take(summary())
        heard = [next(lines).split(" ", 1)[1].rstrip("\n") for _ in range(3)]
    finally:
        osc.close()
        dump.terminate()
        dump.communicate(timeout=10)
    assert heard[0] == '/gesture/swiping_left sffi "Swiping Left" 0.930000 1.800000 55'
    assert heard[1] == f'/mstnet/event s "{to_line(fired())}"'
    assert heard[2] == f'/mstnet/event s "{to_line(summary())}"'


def _bound(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        try:
            other.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def test_a_host_that_nobody_knows_is_one_line():
    with pytest.raises(UserError, match=r"nowhere\.invalid"):
        Osc(Address("nowhere.invalid", 9000))


def test_nobody_listening_is_no_trouble():
    osc = Osc(Address("127.0.0.1", 9))
    for _ in range(100):
        osc.take(fired())
    osc.close()


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_localhost_is_heard_under_either_of_its_addresses(family, host, monkeypatch):
    if family == socket.AF_INET6 and not socket.has_ipv6:
        pytest.skip("needs IPv6")
    found = [(socket.AF_INET6, 2, 17, "", ("::1", 0, 0, 0)), (socket.AF_INET, 2, 17, "", ("127.0.0.1", 0))]
    with socket.socket(family, socket.SOCK_DGRAM) as ear:
        ear.bind((host, 0))
        ear.settimeout(0.2)
        port = ear.getsockname()[1]
        answers = [(*each[:4], (each[4][0], port, *each[4][2:])) for each in found]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
        osc = Osc(Address("localhost", port))
        heard = b""
        for _ in range(20):  # the first packet may find nobody; this computer says so when the next one goes out
            osc.take(fired())
            with suppress(TimeoutError):
                heard = ear.recv(9000)
                break
        osc.close()
    assert b"Swiping Left" in heard


def test_everybody_of_a_network_may_be_told():
    osc = Osc(Address("255.255.255.255", 9000))
    osc.take(fired())
    osc.close()
    assert osc.unsent == 0


def test_a_program_that_does_not_listen_is_told_by_its_cause(caplog):
    osc = Osc(Address("127.0.0.1", 1))
    for _ in range(20):
        osc.take(fired())
    osc.close()
    assert "nothing listens on that port" in caplog.text
