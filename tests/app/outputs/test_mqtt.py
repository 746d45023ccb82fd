"""MQTT with a real broker, mosquitto, and its `mosquitto_sub` as the subscriber."""

import errno
import gc
import json
import logging
import re
import shutil
import signal
import socket
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from queue import Queue
from threading import Event, Thread

import pytest
from fakes import LABELS
from streams import fired, header, summary, until

from app.outputs.broker import Broker
from app.outputs.mqtt import MAX_IN_FLIGHT, Mqtt
from common.errors import UserError

ROOT = Path(__file__).resolve().parents[3]
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
pytestmark = pytest.mark.skipif(
    not (MOSQUITTO and shutil.which("mosquitto_sub")), reason="needs mosquitto and mosquitto-clients (Debian)"
)


class Mosquitto:
    """A broker on a free port, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._settings = folder / "mosquitto.conf"
        self._settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
            f"persistence true\npersistence_location {folder}/\nqueue_qos0_messages true\n"
        )
        self._process = None

    def start(self) -> None:
        command = [MOSQUITTO, "-c", str(self._settings)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers)

    def stop(self) -> None:
        """Stop it cleanly; it saves the subscriptions."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)

    def freeze(self) -> None:
        """Suspend it; its connections stay open."""
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait(10)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def subscribed(self, *topics: str) -> "Subscriber":
        return Subscriber(self.port, topics)

    def remember(self, *topics: str) -> None:
        """Let the broker queue messages of these topics for a later subscriber. Starts and stops the broker."""
        self.start()
        self.subscribed(*topics).close()
        self.stop()


KEPT_SESSION = ("-c", "-i", "subscriber", "-x", "3600")
"""The broker queues messages for this subscriber while it is disconnected, which avoids races in the tests."""


class Subscriber:
    """`mosquitto_sub` and its output."""

    def __init__(self, port: int, topics: tuple[str, ...]) -> None:
        wanted = [part for topic in topics for part in ("-t", topic)]
        # %P: the user properties; %r: whether it was retained. -d prints when it has subscribed.
        command = [
            "mosquitto_sub",
            "-V",
            "5",
            "-p",
            str(port),
            *wanted,
            *KEPT_SESSION,
            "-q",
            "1",
            "-d",
            "-F",
            "MSG %r|%t|%P|%p",
        ]
        self._process = subprocess.Popen(["stdbuf", "-oL", *command], stdout=subprocess.PIPE, text=True)
        self._lines: Queue[str] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()
        self._early = []
        """Retained messages come before the broker confirms the subscription."""
        while "SUBACK" not in (line := self._lines.get(timeout=20)):
            self._early.append(line)

    def _read(self) -> None:
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def next(self, timeout_s: float = 20.0) -> tuple[bool, str, str, str]:
        """Whether it was retained, topic, user properties, payload."""
        while not (line := self._line(timeout_s)).startswith("MSG "):
            pass
        retained, topic, properties, payload = line[4:].split("|", 3)
        return retained == "1", topic, properties, payload

    def _line(self, timeout_s: float) -> str:
        return self._early.pop(0) if self._early else self._lines.get(timeout=timeout_s)

    def until(self, topic: str) -> str:
        """The payload of the next message under a topic."""
        while (received := self.next())[1] != topic:
            pass
        return received[3]

    def close(self) -> None:
        self._process.kill()  # with terminate, it sometimes hangs
        self._process.wait(10)
        self._reader.join(10)
        self._process.stdout.close()


@pytest.fixture
def broker(tmp_path):
    broker = Mosquitto(tmp_path)
    yield broker
    broker.kill()


@pytest.fixture
def running(broker):
    broker.start()
    return broker


@pytest.fixture
def listening():
    """Makes subscribers and closes them."""
    made = []

    def listen(broker, *topics):
        made.append(broker.subscribed(*topics))
        return made[-1]

    yield listen
    for each in made:
        each.close()


@pytest.fixture
def publish(broker):
    """Makes a sink that connects as soon as the broker runs, and closes it."""
    made = []

    def start(path="/desk", camera="0", **options):
        made.append(Mqtt(Broker.parse(f"mqtt://127.0.0.1:{broker.port}{path}"), "0.1.0", [camera], **options))
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_a_stream_from_beginning_to_end(running, listening, publish):
    subscriber = listening(running, "desk/#")
    mqtt = publish()
    mqtt.take(header())
    assert subscriber.until("desk/status") == "online"
    assert json.loads(subscriber.until("desk/header")) == json.loads(json.dumps(header()))
    mqtt.take(fired())
    received = {
        topic: (properties, json.loads(payload))
        for _, topic, properties, payload in (subscriber.next(), subscriber.next())
    }
    assert {topic: message for topic, (_, message) in received.items()} == {
        "desk/trigger": fired(),
        "desk/gesture": fired(),
    }
    mqtt.take(summary())
    assert json.loads(subscriber.until("desk/summary")) == summary()
    mqtt.close()
    assert subscriber.until("desk/status") == "offline"


def test_the_status_is_published_once_if_it_connects_before_the_stream_begins(running, listening, publish):
    subscriber = listening(running, "desk/#")
    mqtt = publish()
    assert subscriber.next()[1:] == ("desk/status", "", "online")
    mqtt.take(header())
    assert subscriber.next()[1] == "desk/header"
    assert mqtt.undelivered() == ""


def test_home_assistant_finds_it(running, listening, publish):
    mqtt = publish()
    mqtt.take(header())
    subscriber = listening(running, "homeassistant/#")  # also if it comes later: it is retained
    _, topic, _, payload = subscriber.next()
    assert topic == "homeassistant/device/desk/config"
    device = json.loads(payload)
    gestures = ["Swiping Left", "Swiping Right", "Thumb Up"]
    assert set(gestures) == set(LABELS) - {"No gesture", "Doing other things"}
    assert device["availability_topic"] == "desk/status"
    assert device["components"]["gesture"]["event_types"] == gestures
    assert device["components"]["gesture"]["state_topic"] == "desk/trigger"
    triggers = [part for part in device["components"].values() if part["platform"] == "device_automation"]
    assert [trigger["payload"] for trigger in triggers] == gestures
    assert {trigger["topic"] for trigger in triggers} == {"desk/trigger"}


def test_a_camera_under_another_topic_leaves_no_old_device_behind(running, listening, publish, caplog):
    caplog.set_level(logging.INFO, "mstnet")
    other = publish("/other")  # the same camera, in another running process
    other.take(header())
    until(lambda: other._connected)
    subscriber = listening(running, "other/trigger")
    other.take(fired())
    subscriber.until("other/trigger")  # by now it has searched for old devices
    subscriber.close()
    for topic, camera in (("/desk", "0"), ("/door", "1")):
        before = publish(topic, camera)
        before.take(header())
        until(lambda before=before: before._connected)
        before.close()
    publish("/kitchen").take(header())
    until(lambda: "topic was desk and is kitchen" in caplog.text)
    subscriber = listening(running, "homeassistant/#", "desk/#")
    devices = {subscriber.next()[1] for _ in range(3)}
    assert devices == {f"homeassistant/device/{name}/config" for name in ("door", "other", "kitchen")}
    assert "topic was door" not in caplog.text
    assert "topic was other" not in caplog.text


def test_discovery_can_be_turned_off(running, listening, publish):
    subscriber = listening(running, "#")
    mqtt = publish("/desk?discovery=")
    for message in (header(), summary()):
        mqtt.take(message)
    topics = [subscriber.next()[1]]
    while topics[-1] != "desk/summary":  # the last message, so all before it have come
        topics.append(subscriber.next()[1])
    assert set(topics) == {f"desk/{name}" for name in ("status", "header", "summary")}


def test_turning_discovery_off_removes_the_description_of_an_earlier_run(running, listening, publish, caplog):
    caplog.set_level(logging.INFO, "mstnet")
    for topic, camera in (("/desk", "0"), ("/door", "1")):
        before = publish(topic, camera)
        before.take(header())
        until(lambda before=before: before._connected)
        before.close()
    mqtt = publish("/desk?discovery=")
    mqtt.take(header())
    until(lambda: "homeassistant/device/desk/config, the description of this device" in caplog.text)
    mqtt.take(fired())
    until(lambda: not mqtt._unconfirmed and not mqtt._kept)
    subscriber = listening(running, "homeassistant/#", "desk/status", "desk/header")
    retained = {subscriber.next()[1] for _ in range(3)}
    assert retained == {"homeassistant/device/door/config", "desk/status", "desk/header"}


def test_the_first_connection_is_logged_once_without_the_password(running, publish, caplog):
    caplog.set_level(logging.INFO, "mstnet")
    mqtt = Mqtt(Broker.parse(f"mqtt://ann:secret@127.0.0.1:{running.port}/desk"), "0.1.0", ["0"])
    until(lambda: mqtt._connected)
    running.kill()
    until(lambda: "is unreachable" in caplog.text)
    running.start()
    until(lambda: "is reachable again" in caplog.text)
    mqtt.close()
    assert [record.getMessage() for record in caplog.records if "connected to" in record.getMessage()] == [
        f"connected to MQTT broker 127.0.0.1:{running.port}, topic desk"
    ]
    assert "secret" not in caplog.text


def test_the_document_has_every_topic_and_its_automation_matches_a_gesture(running, listening, publish):
    section = (ROOT / "docs" / "outputs.md").read_text().split("## MQTT and Home Assistant")[1].split("\n## ")[0]
    subscriber = listening(running, "#")
    mqtt, received = publish(), {}
    until(lambda: mqtt._connected)  # an event before that triggers nothing
    for message in (header(), {"v": 1, "type": "control", "armed": True}, fired(), summary()):
        mqtt.take(message)
    while "desk/summary" not in received:
        _, topic, _, payload = subscriber.next()
        received[topic] = payload
    documented = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert sorted(received) == sorted([f"desk/{name}" for name in documented] + ["homeassistant/device/desk/config"])
    assert "`homeassistant/device/ID/config`" in section
    trigger = dict(re.findall(r"^    (?:- )?(topic|payload|value_template): \"?(.*?)\"?$", section, re.MULTILINE))
    gesture = json.loads(received[trigger["topic"]])
    assert trigger["value_template"] == "{{ value_json.label }}"
    assert trigger["payload"] == gesture["label"]


def test_the_broker_publishes_offline_when_the_process_dies(running, listening, tmp_path):
    subscriber = listening(running, "desk/status")
    script = (
        "import os, sys; from app.outputs.broker import Broker; from app.outputs.mqtt import MAX_IN_FLIGHT, Mqtt\n"
        f"Mqtt(Broker.parse('mqtt://127.0.0.1:{running.port}/desk'), '0.1.0', ['0']); sys.stdin.read(1); os._exit(1)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, cwd=ROOT) as process:
        assert subscriber.until("desk/status") == "online"
        process.kill()
    assert subscriber.until("desk/status") == "offline"


def test_a_broker_that_starts_late_gets_all_events(broker, listening, publish, caplog):
    caplog.set_level(logging.INFO, "mstnet")
    broker.remember("desk/gesture", "desk/trigger")
    mqtt = publish()
    mqtt.take(header())
    before = datetime.now(timezone.utc)
    for k in range(50):
        mqtt.take(fired(time_s=float(k), frame=k))
    until(lambda: "is unreachable" in caplog.text)
    after = datetime.now(timezone.utc)
    broker.start()
    subscriber = listening(broker, "desk/gesture", "desk/trigger")
    received = [subscriber.next() for _ in range(50)]
    assert {topic for _, topic, _, _ in received} == {"desk/gesture"}  # late events trigger nothing
    assert [json.loads(payload)["frame"] for *_, payload in received] == list(range(50))
    times = [datetime.fromisoformat(properties.removeprefix("fired_at:")) for _, _, properties, _ in received]
    assert all(before.timestamp() - 0.001 <= time.timestamp() <= after.timestamp() for time in times)
    assert len(caplog.records) == 2
    assert "sending 50 kept events" in caplog.text


def test_nothing_is_lost_when_the_broker_is_killed_and_comes_back(broker, listening, publish, caplog):
    broker.remember("desk/gesture")
    broker.start()
    mqtt = publish()
    mqtt.take(header())
    subscriber = listening(broker, "desk/gesture")
    mqtt.take(fired(frame=1))
    assert json.loads(subscriber.until("desk/gesture"))["frame"] == 1
    broker.kill()
    for frame in range(2, 40):
        mqtt.take(fired(frame=frame))
    until(lambda: "is unreachable" in caplog.text)
    subscriber.close()
    broker.start()
    subscriber, frames = listening(broker, "desk/gesture"), set()
    while frames != set(range(2, 40)):  # at least once: a frame may come twice
        frames.add(json.loads(subscriber.until("desk/gesture"))["frame"])


def test_memory_is_bounded_and_dropped_events_are_counted(broker, publish, caplog):
    mqtt = publish(kept=10)
    until(lambda: "is unreachable" in caplog.text)
    for k in range(25):
        mqtt.take(fired(frame=k))
    until(lambda: mqtt.lost == 15)
    mqtt.close()
    assert "(lost: 25)" in mqtt.undelivered()


def test_no_call_waits_for_a_broker_that_accepts_and_is_silent(publish, caplog):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mqtt = Mqtt(Broker.parse(f"mqtt://127.0.0.1:{silent.getsockname()[1]}/desk"), "0.1.0", ["0"])
        for _ in range(1000):
            mqtt.take(fired())
        mqtt.close()
    assert "(lost: 1000)" in mqtt.undelivered()
    assert "does not answer as an MQTT broker" in mqtt.undelivered()


def test_a_connection_that_takes_longer_than_the_run_is_not_called_a_wrong_port(monkeypatch):
    ended = Event()

    def slow(*_, **__):
        ended.wait(60)
        raise TimeoutError("timed out")

    monkeypatch.setattr(socket, "create_connection", slow)
    monkeypatch.setattr("app.outputs.mqtt.CLOSE_TIMEOUT_S", 0.2)
    mqtt = Mqtt(Broker.parse("mqtt://127.0.0.1:1883/desk"), "0.1.0", ["0"])
    mqtt.take(fired())
    mqtt.close()
    assert "there was no answer within the run; is it switched on" in mqtt.undelivered()
    ended.set()


def test_unconfirmed_events_are_counted_when_the_broker_freezes(running, publish, caplog):
    mqtt = publish()
    mqtt.take(header())
    until(lambda: mqtt._connected)
    running.freeze()
    for frame in range(100):
        mqtt.take(fired(frame=frame))
    until(lambda: len(mqtt._kept) == 100 - MAX_IN_FLIGHT)  # the rest is in flight
    mqtt.close()
    assert "100 messages never reached" in caplog.text


def test_a_wrong_password_is_logged(tmp_path, broker, caplog):
    broker._settings.write_text(f"listener {broker.port} 127.0.0.1\nallow_anonymous false\n")
    broker.start()
    mqtt = Mqtt(Broker.parse(f"mqtt://me:wrong-word@127.0.0.1:{broker.port}/desk"), "0.1.0", ["0"])
    until(lambda: "Not authorized" in caplog.text)
    mqtt.close()
    assert "Not authorized" in mqtt.undelivered()
    assert "wrong-word" not in caplog.text


OPENSSL = shutil.which("openssl")


@pytest.fixture
def secure(tmp_path):
    """A broker with TLS whose certificate is signed by a private CA, in ca.crt."""
    if not OPENSSL:
        pytest.skip("needs openssl")

    def run(*words):
        subprocess.run([OPENSSL, *words], check=True, cwd=tmp_path, capture_output=True)

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=home")
    run("req", "-newkey", "rsa:2048", "-nodes", "-keyout", "s.key", "-out", "s.csr", "-subj", "/CN=localhost")
    (tmp_path / "names").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1")
    run("x509", "-req", "-in", "s.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-out", "s.crt",
        "-extfile", "names")  # fmt: skip
    broker = Mosquitto(tmp_path)
    broker._settings.write_text(
        f"listener {broker.port} 127.0.0.1\nallow_anonymous true\ncafile {tmp_path}/ca.crt\n"
        f"certfile {tmp_path}/s.crt\nkeyfile {tmp_path}/s.key\nuser root\n"
    )
    broker.start()
    yield broker
    broker.kill()


def log_has(url, caplog, words):
    caplog.set_level(logging.INFO)
    mqtt = Mqtt(Broker.parse(url), "0", ["0"])
    mqtt.take(header())
    until(lambda: words in caplog.text)
    mqtt.close()
    del mqtt
    gc.collect()  # a socket that is not closed is a ResourceWarning, which is an error in the tests


def test_an_untrusted_certificate_is_logged_and_its_ca_can_be_given(secure, caplog, tmp_path):
    log_has(f"mqtts://localhost:{secure.port}", caplog, "its certificate is refused")
    assert "?ca=FILE" in caplog.text
    caplog.clear()
    mqtt = Mqtt(Broker.parse(f"mqtts://localhost:{secure.port}/x?ca={tmp_path}/ca.crt"), "0", ["0"])
    mqtt.take(header())
    until(lambda: mqtt._connected)
    mqtt.close()
    assert "unreachable" not in caplog.text


def test_tls_on_one_side_only_is_logged(secure, tmp_path, caplog, request):
    log_has(f"mqtt://localhost:{secure.port}", caplog, "write mqtts://")
    (tmp_path / "plain").mkdir()
    plain = Mosquitto(tmp_path / "plain")
    request.addfinalizer(plain.kill)
    plain.start()
    log_has(f"mqtts://127.0.0.1:{plain.port}", caplog, "write mqtt:// instead")


@pytest.mark.parametrize(
    ("host", "cause"),
    [("no-such-host.invalid", "no address is known for the name no-such-host.invalid"), ("127.0.0.1:1", "is refused")],
)
def test_an_unreachable_broker_is_logged_with_its_cause(host, cause, caplog):
    log_has(f"mqtt://{host}", caplog, cause)


def test_a_machine_without_a_loopback_network_is_one_line(monkeypatch):
    def unreachable(client):
        raise OSError(errno.ENETUNREACH, "Network is unreachable")

    monkeypatch.setattr("paho.mqtt.client.Client.loop_start", unreachable)
    with pytest.raises(UserError, match="needs the loopback network"):
        Mqtt(Broker.parse("mqtt://127.0.0.1:1"), "0", ["0"])
