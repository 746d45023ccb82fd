"""MJPEG: the newest picture for all watchers, and no encoding without any."""

import socket
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

import cv2
import numpy as np
import pytest
from streams import until

from app.outputs.web import website
from app.outputs.web.pictures import MAX_WATCHERS, RATE_HZ, to_jpeg
from models.frame import Frame
from models.recognition import Recognition
from models.region import WHOLE, Region


def grey(value, index=0):
    none = np.zeros(1, np.float32)
    return Recognition(Frame(np.full((48, 64, 3), value, np.uint8), index / 30, index), (), none, none, None)


@contextmanager
def watching(server):
    """The connection of a watcher, read up to the end of the headers."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as plug:
        plug.sendall(f"GET /video HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        stream = plug.makefile("rb")
        while stream.readline() != b"\r\n":
            pass
        yield stream
        stream.close()


def next_picture(stream):
    """The next picture of a stream of chunks, [H, W, 3] BGR."""
    data = b""
    while b"\xff\xd9\r\n--" not in data:
        data += stream.read(int(stream.readline(), 16))
        stream.readline()
    return cv2.imdecode(np.frombuffer(data[data.index(b"\xff\xd8") :], np.uint8), cv2.IMREAD_COLOR)


def test_a_jpeg_has_the_colours_and_a_maximum_width():
    image = np.zeros((720, 1280, 3), np.uint8)
    image[..., 0] = 200  # red
    seen = cv2.imdecode(np.frombuffer(to_jpeg(image), np.uint8), cv2.IMREAD_COLOR)
    assert seen.shape == (360, 640, 3)
    np.testing.assert_allclose(seen[100, 100], [0, 0, 200], atol=6)


@pytest.mark.parametrize("size", [(1, 1), (1, 2000), (300, 1)])
def test_pictures_of_odd_sizes(size):
    assert cv2.imdecode(np.frombuffer(to_jpeg(np.zeros((*size, 3), np.uint8)), np.uint8), cv2.IMREAD_COLOR) is not None


def test_nothing_is_encoded_without_watchers(served):
    for k in range(100):
        served.pictures.see(grey(k, k))
    with watching(served) as stream:
        assert next_picture(stream).mean() == pytest.approx(99, abs=3)  # the newest, immediately
        assert served.pictures.encoded == 1
    until(lambda: not served.pictures.watched)
    for k in range(100):
        served.pictures.see(grey(k, k))
    with watching(served) as stream:
        next_picture(stream)
        assert served.pictures.encoded == 2


def test_the_newest_picture_is_encoded_once_for_all(served):
    served.pictures.see(grey(10))
    with watching(served) as stream, watching(served) as other:
        next_picture(stream)
        next_picture(other)
        before = served.pictures.encoded
        for k in range(200):
            served.pictures.see(grey(20 + k, k))
        for each in (stream, other):
            while next_picture(each).mean() < 215:
                pass
        assert served.pictures.encoded - before <= 4


def test_the_rate_is_bounded(served):
    stop = Event()

    def film():
        k = 0
        while not stop.wait(0.001):
            k += 1
            served.pictures.see(grey(k % 256, k))

    camera = Thread(target=film)
    with watching(served) as stream:
        camera.start()
        next_picture(stream)
        loop_time = served.pictures._loop.time
        began_s, before = loop_time(), served.pictures.encoded
        for _ in range(8):
            next_picture(stream)
        assert served.pictures.encoded - before <= RATE_HZ * (loop_time() - began_s) + 2
        stop.set()
        camera.join()


def test_a_watcher_that_never_reads_is_disconnected(served, monkeypatch, caplog):
    monkeypatch.setattr(website, "SEND_TIMEOUT_S", 0.05)
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    none = np.zeros(1, np.float32)
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", served.port))
        stalled.sendall(f"GET /video HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\n\r\n".encode())
        until(lambda: served.pictures.watched)

        def shown_until_disconnected():
            served.pictures.see(Recognition(Frame(noise, 0.0, 0), (), none, none, None))
            return "accepted no picture" in caplog.text

        until(shown_until_disconnected)
        until(lambda: not served.pictures.watched)


def test_the_number_of_watchers_is_limited(served):
    with ExitStack() as stack:
        for _ in range(MAX_WATCHERS):
            stack.enter_context(watching(served))
        until(lambda: served.pictures.full)
        assert served.get("/video")[0] == 503


def test_closing_ends_the_streams_of_watchers(served):
    with watching(served) as stream:
        until(lambda: served.pictures.watched)
        served.close()
        stream.read()  # returns at the end


def decoded(jpeg):
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("size", [(120, 160), (960, 1280)], ids=["same size", "scaled down"])
def test_the_frame_is_drawn_around_the_region_and_nowhere_else(size):
    image = np.full((*size, 3), 128, np.uint8)
    picture = decoded(to_jpeg(image, Region(0.25, 0.25, 0.5, 0.5)))
    changed = np.abs(picture.astype(int) - 128).max(2) > 40
    rows, columns = changed.shape
    where = np.argwhere(changed) / (rows, columns)
    assert where.min(0) == pytest.approx((0.25, 0.25), abs=0.02)
    assert where.max(0) == pytest.approx((0.75, 0.75), abs=0.02)
    assert not changed[rows * 3 // 8 : rows * 5 // 8, columns * 3 // 8 : columns * 5 // 8].any()
    assert image.min() == image.max() == 128, "the shared picture is not changed"


@pytest.mark.parametrize("region", [None, WHOLE])
def test_there_is_no_frame_around_the_whole_picture(region):
    image = np.full((120, 160, 3), 128, np.uint8)
    assert np.ptp(decoded(to_jpeg(image, region))) < 4
