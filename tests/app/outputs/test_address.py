import argparse

import pytest

from app.outputs.address import Address
from app.outputs.option_types import address as option


@pytest.mark.parametrize(
    ("text", "host", "port", "loopback"),
    [
        ("8080", "127.0.0.1", 8080, True),
        ("0", "127.0.0.1", 0, True),
        (":8080", "127.0.0.1", 8080, True),
        ("localhost:80", "localhost", 80, True),
        ("127.1.2.3:80", "127.1.2.3", 80, True),
        ("[::1]:80", "::1", 80, True),
        ("0.0.0.0:80", "0.0.0.0", 80, False),
        ("[::]:80", "::", 80, False),
        ("192.0.2.7:80", "192.0.2.7", 80, False),
        ("jetson.local:65535", "jetson.local", 65535, False),
        ("localhost.example.org:80", "localhost.example.org", 80, False),
    ],
)
def test_valid_addresses(text, host, port, loopback):
    address = Address.parse(text)
    assert (address.host, address.port, address.loopback) == (host, port, loopback)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "web",
        "host:",
        "host:http",
        "1:2:3",
        "::1",
        "[::1]",
        "[x]:80",
        "80800",
        "-1",
        "٣",
        "a..b:80",
        f"{'x' * 64}:80",
    ],
)
def test_invalid_addresses(text):
    with pytest.raises(ValueError):  # noqa: PT011  argparse makes the message
        Address.parse(text)


@pytest.mark.parametrize("text", ["127.0.0.1:80", "[::1]:80", "box.local:9000"])
def test_it_prints_as_it_was_given(text):
    assert str(Address.parse(text)) == text


def test_an_option_names_the_form_and_the_ports():
    assert option("8080") == Address("127.0.0.1", 8080)
    with pytest.raises(argparse.ArgumentTypeError, match=r"\[HOST:\]PORT with a port from 0 to 65535; got '99999'"):
        option("99999")


@pytest.mark.parametrize(
    ("text", "problem"), [("a..b:80", "a..b is not the name of a host"), ("[x]:80", "x is not an IPv6 address")]
)
def test_an_option_names_a_host_that_is_none(text, problem):
    with pytest.raises(argparse.ArgumentTypeError) as caught:
        option(text)
    assert str(caught.value) == problem
