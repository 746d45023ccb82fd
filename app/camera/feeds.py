"""Frames at their own pace: a camera's as they are taken, a file's when they are due."""

import time
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from threading import Event

from app.camera.base import OnStatus
from app.camera.opencv import Capture, retrieve_rgb
from app.camera.video_file import VideoFile
from models.errors import CameraError
from models.frame import Frame, Image

FIRST_RETRY_S, LAST_RETRY_S = 0.5, 5.0
"""How long to wait before a lost camera is tried again: at first, and at most. It doubles in between."""
MOST_DAMAGED = 30
"""A camera that delivers so many undecodable frames in a row is as good as lost."""

Frames = Generator[Frame, None, None]
Taken = tuple[Image, float]
"""A picture and the `time.perf_counter()` at which it was taken."""


def camera_frames(
    name: str, capture: Capture, reopen: Callable[[], Capture], on_status: OnStatus, stop: Event
) -> Frames:
    """Read a camera, and wait for it whenever it vanishes, until `stop` is set.

    Args:
        name: what people call it.
        capture: the opened camera; it is released at the end.
        reopen: opens it again, or raises CameraError while it cannot.
        on_status: told when the camera is gone and when it is back.
        stop: ends it.

    Yields:
        Frames, timed from the first one when each was grabbed. The clock runs on while there is none.
    """
    first_s: float | None = None
    with closing(_pictures_for_ever(name, capture, reopen, on_status, stop)) as pictures:
        for index, (image, taken_s) in enumerate(pictures):
            first_s = taken_s if first_s is None else first_s
            yield Frame(image, taken_s - first_s, index)


def paced_frames(file: VideoFile, stop: Event) -> Frames:
    """Yield a file's frames when they are due, as a camera would have delivered them, until `stop` is set."""
    with closing(file):
        start_s: float | None = None
        while (frame := file.next()) is not None:
            now_s = time.perf_counter()
            start_s = now_s - frame.time_s if start_s is None else start_s
            if stop.wait(max(0.0, start_s + frame.time_s - now_s)):
                return
            yield frame


def _pictures_for_ever(
    name: str, capture: Capture, reopen: Callable[[], Capture], on_status: OnStatus, stop: Event
) -> Generator[Taken, None, None]:
    current: Capture | None = capture
    while current is not None:
        try:
            for number, taken in enumerate(_pictures(current, stop)):
                if number == 0 and current is not capture:
                    on_status("")  # it delivers again, so nothing more is to be told
                yield taken
        finally:
            current.release()
        if stop.is_set():
            return
        on_status(f"{name} is gone; trying until it is back")
        current = _wait_for(reopen, stop)
        if current is not None:
            on_status(f"{name} is back")


def _pictures(capture: Capture, stop: Event) -> Generator[Taken, None, None]:
    """Read until the camera vanishes."""
    damaged = 0
    while damaged < MOST_DAMAGED and not stop.is_set() and capture.grab():
        taken_s = time.perf_counter()
        image = retrieve_rgb(capture)
        if image is None:
            damaged += 1
        else:
            damaged = 0
            yield image, taken_s


def _wait_for(reopen: Callable[[], Capture], stop: Event) -> Capture | None:
    """Try until the camera opens; None when stopped before it did."""
    delay_s = FIRST_RETRY_S
    while not stop.wait(delay_s):
        with suppress(CameraError):
            return reopen()
        delay_s = min(2 * delay_s, LAST_RETRY_S)
    return None
