"""Streams over a network connection to this computer."""

import itertools
import socket
import threading

import cv2
import numpy as np
import pytest

from app.camera import open_camera
from app.demo_clip import DEMO
from models.errors import CameraError

TIMEOUT_S = 30.0
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def open_url(statuses):
    opened = []

    def start(url, **how):
        opened.append(open_camera(url, on_status=statuses.append, **how))
        return opened[-1]

    yield start
    for camera in opened:
        camera.close()


def send_pictures(request, levels):
    """Send a stream of JPEG pictures, as network cameras do."""
    request.send_response(200)
    request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
    request.end_headers()
    for value in levels:
        jpeg = cv2.imencode(".jpg", np.full((24, 32, 3), value, np.uint8))[1].tobytes()
        request.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(jpeg))
        request.wfile.write(jpeg + b"\r\n")


@pytest.mark.parametrize("scheme", ["http", "rtsp"])
def test_a_url_that_never_responds_gives_one_line(open_url, scheme):
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"{scheme}://me:secret@127.0.0.1:{server.getsockname()[1]}/live"
        with pytest.raises(CameraError, match=r"127\.0\.0\.1:\d+/live did not respond within 0.5 s") as caught:
            open_url(url)
    assert "secret" not in str(caught.value)


def test_a_url_that_responds_and_then_sends_nothing_gives_one_line(open_url, serve):
    ends = threading.Event()

    def handle(request):
        request.send_response(200)
        request.send_header("Content-Type", "video/mp4")
        request.end_headers()
        ends.wait(TIMEOUT_S)

    with pytest.raises(CameraError, match="did not respond within"):
        open_url(serve(handle) + "/clip.mp4")
    ends.set()


def test_a_url_without_a_video_gives_one_line(open_url, serve):
    with pytest.raises(CameraError, match=r"has nothing at this path \(404\)"):
        open_url(serve(lambda request: request.send_error(404)) + "/clip.mp4")


@pytest.mark.parametrize(
    ("status", "cause"), [(401, "refuses the user or password"), (429, r"\(429\)"), (500, "5xx"), (418, "4xx")]
)
def test_an_error_of_the_server_is_told_without_the_password(open_url, serve, status, cause):
    url = serve(lambda request: request.send_error(status)).replace("//", "//me:secret@")
    with pytest.raises(CameraError, match=cause) as caught:
        open_url(f"{url}/live")
    assert "secret" not in str(caught.value)
    assert "Errno" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://127.0.0.1:99999/live", "a port that is not a number from 0 to 65535"),
        ("http://me:sec#ret@127.0.0.1/live", "%23 for #"),
        ("http://me:1234/secret@127.0.0.1/live", "an @ stands after the host"),
        ("rtsp://127.0.0.1:1/@live", "nothing listens on that port.*; if the @ is in a password, write it as %40"),
        ("http://127.0.0.1:1/a.mp4?mail=a@b", "nothing listens on that port.*; if the @ is in a password"),
        ("rtsp:///cam1", "has no host; write it like rtsp://host:554/path"),
        ("http:///x.mp4", "has no host; write it like rtsp://host:554/path"),
        ("rtsp://127.0.0.1:1/live", r"or a firewall blocks it\. Try the address"),
        ("RTSP://127.0.0.1:1/live", "nothing listens on that port"),
        ("http://no-such-host.invalid/live", "no address is known for the name no-such-host.invalid"),
        (f"http://{'h' * 64}.invalid/live", "no address is known for the name"),
    ],
)
def test_a_url_that_cannot_be_reached_is_told_with_its_cause(open_url, url, cause):
    with pytest.raises(CameraError, match=cause) as caught:
        open_url(url)
    assert "sec" not in str(caught.value)


def test_a_server_that_closes_the_connection_may_need_tls(open_url, serve):
    with pytest.raises(CameraError, match="the port may need https://"):
        open_url(serve(lambda request: request.connection.close()) + "/live")


def send_whole(content, sent=None):
    """Handle a request like a web server that ignores requests for a part of a file."""

    def handle(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content[:sent])

    return handle


def test_a_file_whose_index_is_at_its_end_needs_a_server_that_sends_parts(open_url, serve):
    with pytest.raises(CameraError, match="whole files only"):
        open_url(serve(send_whole(DEMO.read_bytes())) + "/clip.mp4").next(TIMEOUT_S)


def test_a_transfer_that_breaks_off_is_told(open_url, serve, make_video, statuses):
    content = make_video("clip.mkv", frames=20, size=(1280, 720)).read_bytes()
    camera = open_url(serve(send_whole(content, len(content) // 2)) + "/clip.mkv")
    frames = 0
    while camera.next(TIMEOUT_S) is not None:
        frames += 1
    assert 0 < frames < 20
    assert f"after {frames} frames" in statuses[-1]
    assert "cannot be read any further" in statuses[-1]


def test_a_video_at_a_url_is_read_to_its_end(open_url, serve, make_video):
    content = make_video("clip.mp4", codec="mp4v").read_bytes()
    camera = open_url(serve(send_whole(content)) + "/clip.mp4")
    assert not camera.live
    assert [frame.index for frame in iter(lambda: camera.next(TIMEOUT_S), None)] == list(range(10))
    assert camera.ended


@pytest.mark.parametrize("silent", [False, True], ids=["breaks off", "falls silent"])
def test_a_stream_that_fails_is_opened_again(open_url, serve, statuses, silent):
    failed, ends = threading.Event(), threading.Event()

    def handle(request):
        if failed.is_set():
            return send_pictures(request, itertools.repeat(200))
        send_pictures(request, [50] * 20)
        failed.set()
        return silent and ends.wait(TIMEOUT_S)

    camera = open_url(serve(handle) + "/stream.mjpg")
    assert camera.live
    frames = []
    while not frames or frames[-1].image.mean() < 150:
        frame = camera.next(TIMEOUT_S / 2)
        assert frame is not None, "nothing came back"
        frames.append(frame)
    camera.close()
    ends.set()
    assert len(frames) > 1, "pictures from before the break"
    assert all(after.index > before.index for before, after in itertools.pairwise(frames))
    assert all(after.time_s > before.time_s for before, after in itertools.pairwise(frames))
    assert statuses[0] == f"{camera.name} is gone; trying until it is back"
    assert statuses[1] == f"{camera.name} is back"
