import socket

import pytest

from app.outputs.broker import Broker


def test_the_shortest():
    broker = Broker.parse("localhost")
    assert (broker.host, broker.port, broker.tls, broker.user, broker.password) == (
        "localhost",
        1883,
        False,
        None,
        None,
    )
    assert broker.topic == f"mstnet/{socket.gethostname()}"
    assert broker.discovery == "homeassistant"


def test_everything():
    broker = Broker.parse("mqtts://me:p%40ss@broker.local:8884/home/desk?discovery=ha")
    assert (broker.host, broker.port, broker.tls) == ("broker.local", 8884, True)
    assert (broker.user, broker.password) == ("me", "p@ss")
    assert (broker.topic, broker.discovery, broker.id) == ("home/desk", "ha", "home_desk")
    assert broker.under("gesture") == "home/desk/gesture"
    assert "p@ss" not in str(broker)


def test_a_password_from_elsewhere_stands_in_for_none():
    assert Broker.parse("me@h").with_password("secret").password == "secret"
    assert Broker.parse("me:own@h").with_password("secret").password == "own"
    assert Broker.parse("me@h").with_password(None).password is None


def test_discovery_can_be_off():
    assert Broker.parse("mqtt://h?discovery=").discovery == ""


@pytest.mark.parametrize(
    "text",
    ["", "mqtt://", "http://h", "mqtt://h:x", "mqtt://h:99999", "mqtt://h/a/#", "mqtt://h/+", "mqtt://h?disco=x"],
)
def test_what_is_not_understood(text):
    with pytest.raises(ValueError):  # noqa: PT011  argparse words it
        Broker.parse(text)
