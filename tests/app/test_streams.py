"""Several streams with one engine: each as if it ran alone, and no stream waits for another."""

import threading
from functools import partial

import numpy as np
import pytest
from fakes import LABELS, ListCamera, ScriptedEngine
from streams import Collected, until

from app.loop import Limits
from app.streams import Streams, separate_steps
from common.errors import UserError
from models.engines.shared_engine import SharedEngine
from models.errors import CameraError
from models.frame import Frame
from models.networks import networks_of

RATE_HZ = 12


def frames(label: str, seconds: float = 2.0, start: int = 0) -> list[Frame]:
    """Frames at the model's rate whose brightness a `ScriptedEngine` recognises as a gesture."""
    image = np.full((8, 8, 3), LABELS.index(label), np.uint8)
    return [Frame(image, k / RATE_HZ, k) for k in range(start, start + round(seconds * RATE_HZ))]


@pytest.fixture
def run_stream():
    engine = SharedEngine(ScriptedEngine(lambda picture: picture[0, 0, 0, 0]), max_concurrent=2)
    yield separate_steps(networks_of(engine))
    engine.close()


def watch(streams: Streams) -> None:
    streams.wait(threading.Event())


def messages_of(collected: Collected, number: int):
    return [message for message in collected.messages if message["stream"] == number]


class StuckCamera(ListCamera):
    """A camera that delivers nothing until `go` is set."""

    def __init__(self, frames):
        super().__init__(frames)
        self.go = threading.Event()

    def next(self, timeout_s):
        return super().next(timeout_s) if self.go.wait(min(timeout_s, 0.01)) else None


def test_each_stream_sends_the_same_as_alone_with_its_number(run_stream):
    collected = Collected(steps=True)
    streams = Streams(run_stream, [collected])
    for label in ("Swiping Left", "Thumb Up"):
        streams.join(partial(ListCamera, frames(label)))
    watch(streams)
    for number, label in enumerate(("Swiping Left", "Thumb Up")):
        messages = messages_of(collected, number)
        assert [messages[0]["type"], messages[-1]["type"]] == ["header", "summary"]
        assert [message["label"] for message in messages if message["type"] == "gesture"] == [label]
        assert messages[-1]["steps"] == sum(message["type"] == "step" for message in messages) == 2 * RATE_HZ
        assert list(messages[0])[:3] == ["v", "type", "stream"]


def test_each_stream_has_its_own_fast_pass():
    """The main pass has low probabilities only; the fast one recognises a thumb up in every other half second."""
    flashes = [Frame(np.full((8, 8, 3), 4 * (k // 6 % 2), np.uint8), k / RATE_HZ, k) for k in range(60)]
    scripted = ScriptedEngine(temperature=8.0, fast_label_of=lambda picture: picture.flat[0] or 1)
    engine, collected = SharedEngine(scripted, max_concurrent=2), Collected()
    streams = Streams(separate_steps(networks_of(engine)), [collected])
    for _ in range(2):
        streams.join(partial(ListCamera, flashes))
    watch(streams)
    engine.close()
    assert scripted.starts == {1: 2, 4: 2}
    for number in range(2):
        messages = [message for message in messages_of(collected, number) if message["type"] == "gesture"]
        assert {(message["label"], message["network"]) for message in messages} == {("Thumb Up", "fast")}


def test_a_slow_camera_delays_no_other(run_stream):
    collected = Collected()
    streams = Streams(run_stream, [collected])
    slow = StuckCamera(frames("Thumb Up"))
    streams.join(lambda: slow)
    streams.join(partial(ListCamera, frames("Swiping Left")))
    until(lambda: [m for m in messages_of(collected, 1) if m["type"] == "summary"])
    assert not [m for m in messages_of(collected, 0) if m["type"] != "header"]
    slow.go.set()
    watch(streams)
    assert [m["label"] for m in messages_of(collected, 0) if m["type"] == "gesture"] == ["Thumb Up"]


def test_a_camera_that_takes_long_to_open_or_never_opens_delays_no_other(run_stream, caplog):
    opened = threading.Event()

    def never():
        opened.wait()
        raise CameraError("camera 9 is not there")

    collected = Collected()
    streams = Streams(run_stream, [collected])
    streams.join(never)
    streams.join(partial(ListCamera, frames("Swiping Left")))
    until(lambda: [m for m in messages_of(collected, 1) if m["type"] == "summary"])
    opened.set()
    watch(streams)
    assert streams.failed == 1
    assert "stream 0: camera 9 is not there" in caplog.text


def test_a_camera_that_fails_ends_its_own_stream_only(run_stream):
    class Dying(ListCamera):
        def next(self, timeout_s):
            if len(self._frames) < 5:
                raise CameraError("unplugged")
            return super().next(timeout_s)

    collected, camera = Collected(), Dying(frames("Thumb Up"))
    streams = Streams(run_stream, [collected])
    streams.join(lambda: camera)
    streams.join(partial(ListCamera, frames("Swiping Left")))
    watch(streams)
    assert camera.closed
    assert streams.failed == 1
    assert messages_of(collected, 0)[-1]["type"] == "summary"
    assert [m["label"] for m in messages_of(collected, 1) if m["type"] == "gesture"] == ["Swiping Left"]


def test_streams_join_and_leave_while_others_run(run_stream):
    collected = Collected()
    streams = Streams(run_stream, [collected])
    cameras = [StuckCamera(frames("Thumb Up")) for _ in range(2)]
    first = streams.join(lambda: cameras[0])
    until(lambda: messages_of(collected, 0))
    streams.join(lambda: cameras[1])
    streams.leave(first)
    until(lambda: messages_of(collected, 0)[-1]["type"] == "summary")
    cameras[1].go.set()
    watch(streams)
    assert cameras[0].closed
    assert [m["type"] for m in messages_of(collected, 0)] == ["header", "summary"]
    assert [m["label"] for m in messages_of(collected, 1) if m["type"] == "gesture"] == ["Thumb Up"]


def test_stop_ends_all_with_their_summaries(run_stream):
    collected, stop = Collected(), threading.Event()
    streams = Streams(run_stream, [collected])
    for _ in range(3):
        streams.join(partial(StuckCamera, frames("Thumb Up")))
    until(lambda: len(collected.messages) == 3)
    stop.set()
    streams.wait(stop)
    assert sorted(m["stream"] for m in collected.messages if m["type"] == "summary") == [0, 1, 2]


def test_an_error_that_is_not_a_cameras_ends_all_streams(run_stream):
    class FullDisk(Collected):
        def take(self, message):
            if message["type"] == "gesture":
                raise UserError("no space left")

    streams = Streams(run_stream, [FullDisk()])
    stuck = StuckCamera(frames("Thumb Up"))
    streams.join(lambda: stuck)
    streams.join(partial(ListCamera, frames("Swiping Left")))
    with pytest.raises(UserError, match="no space left"):
        watch(streams)
    assert stuck.closed


def test_limits_hold_for_each_stream(run_stream):
    collected = Collected()
    streams = Streams(run_stream, [collected], Limits(max_frames=5))
    for _ in range(2):
        streams.join(partial(ListCamera, frames("Thumb Up")))
    watch(streams)
    assert [m["frames"] for m in collected.messages if m["type"] == "summary"] == [5, 5]
