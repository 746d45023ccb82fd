"""A batch of cameras: the newest frame of each on every tick, no camera waits for another, at most one per row."""

import threading
from functools import partial

import numpy as np
import pytest
from fakes import LABELS, ListCamera, ScriptedEngine
from streams import Collected, until

from app.batch import Batch, ticks
from app.events import Events
from app.loop import Limits, Switches
from app.streams import Streams
from common.errors import UserError
from models.batch_recognizer import BatchRecognizer
from models.errors import CameraError
from models.frame import Frame
from models.heads import SoftmaxHead
from models.networks import networks_of

RATE_HZ = 12


def frames(label: str, number: int = 24, first: int = 0) -> list[Frame | None]:
    image = np.full((8, 8, 3), LABELS.index(label), np.uint8)
    return [Frame(image, k / RATE_HZ, k) for k in range(first, first + number)]


class Watched:
    """Streams in a batch whose clock ticks when the test calls `tick`."""

    def __init__(self, rows=2, limits=None, sink=None, head=None):
        self.engine = ScriptedEngine(lambda picture: picture.flat[0], streams=rows)
        self.batch = Batch(BatchRecognizer(networks_of(self.engine, head)))
        self.sink = sink or Collected(steps=True)
        self.streams = Streams(self.batch.run, [self.sink], limits)

    def join(self, camera):
        """Add a camera, and wait until it is in the batch."""
        stream = self.streams.join(lambda: camera)
        until(lambda: self.of(stream.number))
        until(lambda: camera in [stream.camera for stream in self.batch._streams])
        return stream

    def of(self, number, kind=None):
        return [m for m in list(self.sink.messages) if m["stream"] == number and kind in (None, m["type"])]

    def tick(self, times=1):
        for _ in range(times):
            self.batch.tick()

    def finish(self):
        """Tick until all streams have ended."""
        ended = threading.Thread(target=self.streams.wait, args=(threading.Event(),))
        ended.start()
        until(lambda: self.tick() or not ended.is_alive())
        ended.join()


@pytest.fixture
def watched():
    return Watched()


def test_each_camera_is_read_in_order_under_its_number(watched):
    for label in ("Swiping Left", "Thumb Up"):
        watched.join(ListCamera(frames(label)))
    watched.finish()
    for number, label in enumerate(("Swiping Left", "Thumb Up")):
        messages = watched.of(number)
        assert [messages[0]["type"], messages[-1]["type"]] == ["header", "summary"]
        assert [m["label"] for m in watched.of(number, "gesture")] == [label]
        steps = watched.of(number, "step")
        assert [m["frame"] for m in steps] == list(range(24))
        assert [m["time_s"] for m in steps] == [round(k / RATE_HZ, 3) for k in range(24)]
        assert messages[-1]["steps"] == messages[-1]["frames"] == 24


def test_one_tick_is_one_step_of_the_network_for_all(watched):
    for _ in range(2):
        watched.join(ListCamera(frames("Thumb Up")))
    watched.tick(5)
    assert len(watched.engine.seen) == 5
    assert [len(watched.of(number, "step")) for number in (0, 1)] == [5, 5]


def test_a_camera_without_a_new_frame_delays_no_other(watched):
    watched.join(ListCamera([None] * 100))
    watched.join(ListCamera(frames("Swiping Left")))
    watched.tick(24)
    assert not watched.of(0, "step")
    assert [m["label"] for m in watched.of(1, "gesture")] == ["Swiping Left"]


@pytest.mark.parametrize(("read_hz", "slow"), [(RATE_HZ, False), (RATE_HZ // 2, True)])
def test_a_clock_that_misses_ticks_is_logged_as_too_slow(watched, caplog, read_hz, slow):
    """A tick reads one frame; the camera's other frames are not needed."""

    class Dropping(ListCamera):
        def next(self, timeout_s):
            frame = super().next(timeout_s)
            self.dropped += 30 // read_hz - 1
            return frame

    image = np.zeros((8, 8, 3), np.uint8)
    watched.join(Dropping([Frame(image, k / read_hz, 30 // read_hz * k) for k in range(8 * read_hz)]))
    watched.finish()
    assert ["too slow" in record.getMessage() for record in caplog.records] == [True] * slow


def test_a_camera_that_never_opens_delays_no_other(watched):
    opened = threading.Event()

    def never():
        opened.wait()
        raise CameraError("camera 9 is not there")

    watched.streams.join(never)
    watched.join(ListCamera(frames("Swiping Left")))
    watched.tick(24)
    assert watched.of(1, "gesture")
    opened.set()
    watched.finish()
    assert watched.streams.failed == 1


def test_a_camera_that_fails_ends_its_own_stream_only(watched):
    class Dying(ListCamera):
        def next(self, timeout_s):
            if len(self._frames) < 20:
                raise CameraError("unplugged")
            return super().next(timeout_s)

    camera = Dying(frames("Thumb Up"))
    watched.join(camera)
    watched.join(ListCamera(frames("Swiping Left")))
    watched.finish()
    assert camera.closed
    assert watched.streams.failed == 1
    assert watched.of(0, "summary")[0]["steps"] == 5
    assert watched.of(1, "gesture")


def test_a_bad_frame_ends_its_own_stream_only(watched):
    bad = Frame(np.zeros((48, 64, 3), np.uint8), 3 / RATE_HZ, 5)  # its time runs backwards
    watched.join(ListCamera([*frames("Thumb Up", 5), bad, *frames("Thumb Up", 20, first=6)]))
    watched.join(ListCamera(frames("Swiping Left")))
    watched.finish()
    assert watched.streams.failed == 1
    assert [watched.of(number, "summary")[0]["steps"] for number in (0, 1)] == [5, 24]
    assert watched.of(1, "gesture")


def test_an_error_of_a_head_ends_its_own_stream_only():
    class Breaking(SoftmaxHead):
        def read(self, logits, embedding, memory):
            if logits.argmax() == LABELS.index("Thumb Up"):
                raise RuntimeError("no thumbs")
            return super().read(logits, embedding, memory)

    watched = Watched(head=Breaking(LABELS, 1.0))
    watched.join(ListCamera([*frames("No gesture", 2), *frames("Thumb Up", 20, first=2)]))
    watched.join(ListCamera(frames("Swiping Left")))
    watched.tick(24)
    assert until(lambda: watched.of(0, "summary"))[0]["steps"] == 2
    assert [m["label"] for m in watched.of(1, "gesture")] == ["Swiping Left"]
    with pytest.raises(RuntimeError, match="no thumbs"):
        watched.streams.wait(threading.Event())


def test_a_freed_row_keeps_no_state_for_the_next_stream(watched):
    first = watched.join(ListCamera(frames("Thumb Up", 100)))
    watched.join(ListCamera(frames("Swiping Left", 100)))
    watched.tick(12)
    watched.streams.leave(first)
    watched.tick()
    until(lambda: watched.of(0, "summary"))
    watched.join(ListCamera(frames("No gesture", 100, first=13)))  # its times could continue those of the first stream
    watched.tick(12)
    assert [m["label"] for m in watched.of(1, "gesture")] == ["Swiping Left"]
    assert not watched.of(2, "gesture")
    assert watched.engine.forgotten == [0, 1, 0]
    assert len(watched.of(1, "step")) == 25


def test_no_more_cameras_than_rows(watched, caplog):
    for _ in range(2):
        watched.join(ListCamera(frames("Thumb Up")))
    watched.streams.join(partial(ListCamera, frames("Thumb Up")))
    until(lambda: watched.streams.failed)
    assert "the batch is full: it has 2 rows" in caplog.text
    watched.finish()
    assert [watched.of(number, "summary")[0]["steps"] for number in range(3)] == [24, 24, 0]


def test_limits_hold_for_each_stream():
    watched = Watched(limits=Limits(max_frames=5))
    for _ in range(2):
        watched.join(ListCamera(frames("Thumb Up")))
    watched.finish()
    assert [m["frames"] for m in watched.sink.messages if m["type"] == "summary"] == [5, 5]


def test_a_full_disk_ends_all_streams():
    class FullDisk(Collected):
        def take(self, message):
            if message["type"] == "gesture":
                raise UserError("no space left")
            super().take(message)

    watched = Watched(sink=FullDisk())
    watched.join(ListCamera(frames("Thumb Up")))
    watched.tick(24)
    with pytest.raises(UserError, match="no space left"):
        watched.streams.wait(threading.Event())


def test_the_clock_runs_until_the_batch_is_closed(watched):
    watched.join(ListCamera([*frames("Thumb Up", 2), *[None] * 10_000]))
    watched.batch.start()
    until(lambda: len(watched.of(0, "step")) == 2)
    watched.batch.close()
    until(lambda: watched.of(0, "summary"))
    watched.streams.wait(threading.Event())


def test_an_error_of_the_network_ends_all_streams(watched):
    def broken(pictures, state):
        raise RuntimeError("out of memory")

    watched.engine.step = broken
    watched.join(ListCamera(frames("Thumb Up")))
    watched.batch.start()
    with pytest.raises(RuntimeError, match="out of memory"):
        watched.streams.wait(threading.Event())


def run(batch, camera=None, sinks=()):
    """Run one camera in this thread."""
    batch.run(camera or ListCamera(frames("Thumb Up")), Events(sinks), Limits(), Switches())


@pytest.mark.parametrize("error", [None, RuntimeError("out of memory")])
def test_joining_after_the_end_raises_what_ended_the_batch(watched, error):
    watched.batch._end(error)
    with pytest.raises(type(error or CameraError()), match="out of memory" if error else "the batch has ended"):
        run(watched.batch)


def test_the_clock_may_end_while_a_camera_joins():
    class Ending(Collected):
        def take(self, message):
            super().take(message)
            if message["type"] == "header":
                watched.batch._end(RuntimeError("out of memory"))

    watched = Watched(sink=Ending())
    watched.streams.join(partial(ListCamera, frames("Thumb Up")))
    until(lambda: watched.of(0, "summary"))
    with pytest.raises(RuntimeError, match="out of memory"):
        watched.streams.wait(threading.Event())


def test_a_header_that_cannot_be_written_takes_no_row():
    class Broken(Collected):
        def take(self, message):
            raise UserError("no space left")

    watched = Watched(rows=1)
    with pytest.raises(UserError, match="no space left"):
        run(watched.batch, sinks=[Broken()])
    watched.join(ListCamera(frames("Thumb Up")))
    watched.finish()
    assert watched.of(0, "summary")[0]["steps"] == 24


def test_a_late_clock_skips_ticks(monkeypatch):
    now_s, stop = [100.0], threading.Event()
    waited = []

    def wait(timeout):
        waited.append(round(timeout, 3))
        now_s[0] += timeout
        return False

    monkeypatch.setattr("app.batch.time.monotonic", lambda: now_s[0])
    monkeypatch.setattr(stop, "wait", wait)
    clock = ticks(10, stop)
    for served_s in (0.01, 0.35, 0.01, 0.0):
        next(clock)
        now_s[0] += served_s
    assert waited == [0.0, 0.09, 0.0, 0.09]
