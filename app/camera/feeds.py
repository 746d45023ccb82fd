"""Frames in real time: a camera's when they are taken, a file's when they are due."""

import math
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from threading import Event

import cv2

from app.camera.gap_report import GapReport
from app.camera.opencv import Capture, retrieve_rgb
from app.camera.stream_clock import StreamClock
from app.camera.video_file import VideoFile
from common.video import MOST_FPS, USUAL_FPS
from models.errors import CameraError
from models.frame import Frame, Image

FIRST_RETRY_S, MAX_RETRY_S = 0.5, 5.0
"""Delay before a lost camera is opened again: the first and the longest. It doubles in between."""
MAX_DAMAGED_FRAMES = 30
"""A camera that delivers this many undecodable frames in a row counts as lost."""

Frames = Generator[Frame, None, None]
Taken = tuple[Image, float]
"""A picture and the `time.perf_counter()` at which it was taken."""


def camera_frames(name: str, capture: Capture, reopen: Callable[[], Capture], gap: GapReport, stop: Event) -> Frames:
    """Read a camera until `stop` is set; when it disconnects, wait and open it again.

    Args:
        name: its name in messages.
        capture: the opened camera; it is released at the end.
        reopen: opens it again, or raises CameraError if that fails.
        gap: reports that the camera is gone and that it is back.
        stop: ends it.

    Yields:
        Frames with times from the first one on: the stream's own times, or, without these, the time of each grab. The
        clock also runs while the camera is gone.
    """
    first_s: float | None = None
    time_s = -math.inf
    with closing(_pictures_until_stopped(name, capture, reopen, gap, stop)) as pictures:
        for index, (image, taken_s) in enumerate(pictures):
            first_s = taken_s if first_s is None else first_s
            time_s = max(taken_s - first_s, math.nextafter(time_s, math.inf))
            yield Frame(image, time_s, index)


def all_frames(file: VideoFile, stop: Event) -> Frames:
    """Yield a file's frames as fast as they can be read, until `stop` is set."""
    with closing(file):
        while not stop.is_set() and (frame := file.next()) is not None:
            yield frame


def paced_frames(file: VideoFile, stop: Event) -> Frames:
    """Yield a file's frames when they are due, as a camera would have delivered them, until `stop` is set.

    The file's time stands still while the caller processes a frame; a pause relies on this.
    """
    with closing(file):
        start_s: float | None = None
        while (frame := file.next()) is not None:
            now_s = time.perf_counter()
            start_s = now_s - frame.time_s if start_s is None else start_s
            if stop.wait(max(0.0, start_s + frame.time_s - now_s)):
                return
            given_s = time.perf_counter()
            yield frame
            start_s += time.perf_counter() - given_s


def _pictures_until_stopped(
    name: str, capture: Capture, reopen: Callable[[], Capture], gap: GapReport, stop: Event
) -> Generator[Taken, None, None]:
    current: Capture | None = capture
    while current is not None:
        try:
            for number, taken in enumerate(paced(current, _pictures(current, stop), stop)):
                if number == 0 and current is not capture:
                    gap.end()  # it delivers again: clear the message
                yield taken
        finally:
            current.release()
        if stop.is_set():
            return
        gap.begin(f"{name} is gone; trying until it is back")
        current = _wait_for(reopen, stop)
        if current is not None:
            gap.end(f"{name} is back")


def _pictures(capture: Capture, stop: Event) -> Generator[Taken, None, None]:
    """Read until the camera disconnects or is stopped."""
    damaged = 0
    while damaged < MAX_DAMAGED_FRAMES and not stop.is_set() and capture.grab():
        taken_s = time.perf_counter()
        image = retrieve_rgb(capture)
        if image is None:
            damaged += 1
        else:
            damaged = 0
            yield image, taken_s


def paced(capture: Capture, pictures: Iterable[Taken], stop: Event) -> Iterator[Taken]:
    """Yield pictures when they are due by the stream's own times, if it has any; networks deliver in bursts.

    While a picture is early, the next ones are not read.
    """
    if not getattr(capture, "has_times", False):
        yield from pictures
        return
    clock: StreamClock | None = None
    for image, came_s in pictures:
        clock = clock or StreamClock(came_s, _interval_s(capture))
        early_s = clock.take(capture.get(cv2.CAP_PROP_POS_MSEC) / 1000, came_s)
        if early_s > 0 and stop.wait(early_s):
            return
        yield image, clock.time_s


def _interval_s(capture: Capture) -> float:
    rate = capture.get(cv2.CAP_PROP_FPS)
    return 1 / (rate if 0 < rate <= MOST_FPS else USUAL_FPS)


def _wait_for(reopen: Callable[[], Capture], stop: Event) -> Capture | None:
    """Try until the camera opens; None when stopped before it did."""
    delay_s = FIRST_RETRY_S
    while not stop.wait(delay_s):
        with suppress(CameraError):
            return reopen()
        delay_s = min(2 * delay_s, MAX_RETRY_S)
    return None
