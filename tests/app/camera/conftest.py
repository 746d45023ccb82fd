import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

STEP = 12
"""How much brighter each frame of a made video is than the one before."""


class FakeCapture:
    """A camera that delivers grey pictures and then disconnects. A picture of None cannot be decoded."""

    def __init__(self, *levels, **properties):
        self._levels = list(levels)
        self._properties = {getattr(cv2, f"CAP_PROP_{name}"): value for name, value in properties.items()}
        self._grabbed = None
        self.released = threading.Event()

    def isOpened(self):  # noqa: N802
        return True

    def grab(self):
        assert not self.released.is_set(), "read after release"
        if not self._levels:
            return False
        self._grabbed = self._levels.pop(0)
        return True

    def retrieve(self):
        if self._grabbed is None:
            return False, None
        return True, np.full((4, 6, 3), self._grabbed, np.uint8)

    def get(self, prop):
        value = self._properties.get(prop, 0.0)
        return float(value.pop(0) if isinstance(value, list) else value)

    def set(self, prop, value):
        return False

    def release(self):
        self.released.set()


@pytest.fixture
def fake_capture() -> type[FakeCapture]:
    """Make a camera that delivers pictures of these grey levels and then disconnects."""
    return FakeCapture


@pytest.fixture
def statuses():
    """A list that receives status messages through `statuses.append`."""
    return []


@pytest.fixture
def make_video(tmp_path) -> Callable[..., Path]:
    """Write a video whose frame k is grey of level STEP * k, on a dark left half."""

    def make(name="clip.avi", frames=10, fps=20.0, size=(32, 24), codec="MJPG") -> Path:
        path = tmp_path / name
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), fps, size)
        assert writer.isOpened()
        for k in range(frames):
            picture = np.full((size[1], size[0], 3), STEP * k, np.uint8)
            picture[:, : size[0] // 2] = 0
            writer.write(picture)
        writer.release()
        return path

    return make


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[BaseHTTPRequestHandler], None]], str]]:
    """Start a web server on the loopback address whose GET requests a function handles; return its URL."""
    servers = []

    def start(handle) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                with suppress(BrokenPipeError, ConnectionResetError):
                    handle(self)

            def log_message(self, *args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def quick(monkeypatch):
    """Timeouts and delays short enough for a test."""
    monkeypatch.setattr("app.camera.opening.RESPONSE_TIMEOUT_S", 0.5)
    monkeypatch.setattr("app.camera.opening.OPEN_TIMEOUT_S", 10.0)
    monkeypatch.setattr("app.camera.feeds.FIRST_RETRY_S", 0.001)
    monkeypatch.setattr("app.camera.feeds.MAX_RETRY_S", 0.01)
