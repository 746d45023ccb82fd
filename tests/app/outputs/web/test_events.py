"""The WebSocket, tested with an independent client."""

import json
import logging
import socket

import pytest
from streams import fired, header, recognition, summary, until
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.events import Events, steps, to_line
from app.outputs.web import hub, website
from models.decoder import GestureEvent

STEP = next(steps(recognition()))


def received(client, count):
    return [json.loads(client.recv(20)) for _ in range(count)]


def as_json(message):
    return json.loads(to_line(message))


def test_a_stream_from_beginning_to_end(served):
    with served.listen() as client:
        until(lambda: served.hub.listeners == 1)
        for message in (header(), fired(), summary()):
            served.hub.take(message)
        assert received(client, 3) == [as_json(header()), fired(), summary()]
        served.close()
        with pytest.raises(ConnectionClosed) as closed:
            client.recv(20)
    assert closed.value.rcvd.code == 1001


def test_a_late_client_gets_the_header_but_no_old_gesture(served):
    served.hub.take(header())
    served.hub.take(fired(frame=1))
    with served.listen() as client:
        until(lambda: served.hub.listeners == 1)
        served.hub.take(fired(frame=2))
        assert [message.get("frame") for message in received(client, 2)] == [None, 2]
    with served.listen("/events?history") as client:
        assert [message.get("frame") for message in received(client, 3)] == [None, 1, 2]


def test_history_has_no_gestures_of_an_earlier_stream(served):
    for message in (header(), fired(frame=1), header(), fired(frame=2)):
        served.hub.take(message)
    with served.listen("/events?history") as client:
        until(lambda: served.hub.listeners == 1)
        served.hub.take(summary())
        messages = received(client, 3)
    assert [(message["type"], message.get("frame")) for message in messages] == [
        ("header", None), ("gesture", 2), ("summary", None)]  # fmt: skip


def test_history_is_bounded_and_fits_the_queue(served):
    served.hub.take(header())
    for frame in range(300):
        served.hub.take(fired(frame=frame))
    with served.listen("/events?history") as client:
        assert received(client, 1 + hub.N_RECENT_GESTURES)[-1]["frame"] == 299


def test_steps_are_made_only_while_a_client_wants_them(served):
    events = Events([served.hub])
    assert not served.hub.wants_steps
    with served.listen("/events?steps") as client, served.listen() as other:
        until(lambda: served.hub.wants_steps and served.hub.listeners == 2)
        events.see(recognition(2, GestureEvent("Thumb Up", 0.9, 1.0, 1.8)))
        assert [message["type"] for message in received(client, 3)] == ["step", "step", "gesture"]
        assert received(other, 1)[0]["type"] == "gesture"
    until(lambda: not served.hub.wants_steps)


def test_a_client_that_never_reads_is_disconnected_and_the_others_get_everything(served, monkeypatch, caplog):
    monkeypatch.setattr(website, "HEARTBEAT_S", 1000)
    caplog.set_level(logging.WARNING, "mstnet")
    with socket.socket() as stalled, served.listen("/events?steps") as reader:
        connect_without_reading(stalled, served.port)
        until(lambda: served.hub.listeners == 2)
        sent = 0
        while not served.hub.cut_off:
            served.hub.take(STEP)
            sent += 1
            assert json.loads(reader.recv(20)) == as_json(STEP)  # one by one: this client misses nothing
            assert sent < 50_000
        until(lambda: served.hub.listeners == 1)
        served.hub.take(fired())
        assert received(reader, 1) == [fired()]
    assert f"does not read; disconnected with {hub.MAX_WAITING_MESSAGES} messages unsent (1 so far)" in caplog.text


def test_a_client_that_never_responds_is_disconnected_without_messages(served, monkeypatch, caplog):
    monkeypatch.setattr(website, "HEARTBEAT_S", 0.1)
    with socket.socket() as stalled:
        connect_without_reading(stalled, served.port)
        until(lambda: served.hub.listeners == 1)
        until(lambda: "disconnected with 0 messages unsent (1 so far)" in caplog.text)


def connect_without_reading(plug, port):
    """Connect to the WebSocket and never read from it."""
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plug.connect(("127.0.0.1", port))
    lines = (
        f"GET /events?steps HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    plug.sendall(lines.encode())


def test_take_does_not_wait_after_the_server_has_stopped(served):
    served.close()
    served.hub.take(fired())


def test_the_number_of_clients_is_limited(served, monkeypatch):
    monkeypatch.setattr(hub, "MAX_CLIENTS", 2)
    with served.listen(), served.listen():
        until(lambda: served.hub.listeners == 2)
        with pytest.raises(InvalidStatus) as refused:
            served.listen()
        assert refused.value.response.status_code == 503
    until(lambda: served.hub.listeners == 0)
    with served.listen():
        pass


def test_a_client_that_sends_too_much_is_disconnected(served):
    with served.listen() as client:
        client.send("x" * 5000)
        with pytest.raises(ConnectionClosed):
            client.recv(20)
    until(lambda: served.hub.listeners == 0)


def test_without_a_page_there_is_no_picture(serve):
    server = serve(page=False)
    server.hub.take(header())
    with server.listen("/") as client:
        assert received(client, 1) == [as_json(header())]
    for path in ("/video", "/page.js", "/page.css"):
        assert server.get(path)[0] == 404
    assert server.get("/")[0] == 426
