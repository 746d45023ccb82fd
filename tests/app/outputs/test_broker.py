import errno
import re
import socket
import ssl

import pytest

from app.outputs.broker import Broker


def test_only_a_host():
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


def test_all_parts():
    broker = Broker.parse("mqtts://me:p%40ss@broker.local:8884/home/desk?discovery=ha")
    assert (broker.host, broker.port, broker.tls) == ("broker.local", 8884, True)
    assert (broker.user, broker.password) == ("me", "p@ss")
    assert (broker.topic, broker.discovery, broker.id) == ("home/desk", "ha", "home_desk")
    assert broker.under("gesture") == "home/desk/gesture"
    assert "p@ss" not in str(broker)


def test_with_password_sets_a_missing_password():
    assert Broker.parse("me@h").with_password("secret").password == "secret"
    assert Broker.parse("me:own@h").with_password("secret").password == "own"
    assert Broker.parse("me@h").with_password(None).password is None


def test_discovery_can_be_off():
    assert Broker.parse("mqtt://h?discovery=").discovery == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mqtt://",
        "http://h",
        "mqtt://h:x",
        "mqtt://h:99999",
        "mqtt://h/a/#",
        "mqtt://h/+",
        "mqtt://h?disco=x",
        "ws://h",
        "mqtt://me:pa#s/s@1@h",
        "mqtt://me:pa/s@h",
        "mqtt://me:1234/56@h",
        "mqtts://h?ca=/no/such/file",
        "mqtt://h?ca=/dev/null",
        f"mqtts://h?ca={__file__}",
        "mqtt://h:0",
        f"mqtt://{'h' * 64}",
        f"mqtt://h/{'x' * 1001}",
    ],
)
def test_invalid_urls(text):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  argparse makes the message
        Broker.parse(text)
    assert "pa" not in str(caught.value).replace("part", "").replace("password", "")
    assert "1234" not in str(caught.value)


def test_a_binary_certificate_has_a_command_that_converts_it(tmp_path):
    (tmp_path / "my ca.der").write_bytes(b"\x30\x82")
    with pytest.raises(ValueError, match="holds no certificate as text") as caught:
        Broker.parse(f"mqtts://h?ca={tmp_path}/my ca.der")
    assert f"-in '{tmp_path}/my ca.der' -out" in str(caught.value)


def test_a_certificate_that_cannot_be_read_is_told(tmp_path, monkeypatch):
    def refuse(cafile):
        raise PermissionError(errno.EACCES, "Permission denied", cafile)

    (tmp_path / "ca.pem").touch()
    monkeypatch.setattr(ssl, "create_default_context", refuse)  # root may read every file
    with pytest.raises(ValueError, match=r"ca\.pem cannot be read \(Permission denied\)$"):
        Broker.parse(f"mqtts://h?ca={tmp_path}/ca.pem")


def test_different_topics_have_different_ids():
    topics = ["客厅", "厨房", "küche", "köche", "living-room", "living.room", "living_room", "a/b", "a_b", "a-b", "a b",
              "x" * 300, "x" * 301, "mstnet/a-b", "mstnet/a/b", "mstnet/a_b", "mstnet_a_b", "A/b"]  # fmt: skip
    ids = [Broker.parse(f"mqtt://h/{topic}").id for topic in topics]
    assert len(set(ids)) == len(topics)
    assert all(re.fullmatch(r"\w{1,80}", each, re.ASCII) for each in ids)


def test_ids_of_earlier_versions_are_kept():
    for topic, name in {"home/desk": "home_desk", "mstnet/raspberry-pi": "mstnet_raspberry_pi", "desk": "desk"}.items():
        assert Broker.parse(f"mqtt://h/{topic}").id == name


def test_unicode_forms_of_one_topic_have_one_id():
    assert Broker.parse("h/caf\u00e9").id == Broker.parse("h/cafe\u0301").id
