import itertools
import threading

import pytest

from app.camera.feeds import MAX_DAMAGED_FRAMES, camera_frames, paced_frames
from app.camera.gap_report import GapReport
from app.camera.video_file import VideoFile
from models.errors import CameraError


@pytest.fixture
def stop():
    return threading.Event()


def never():
    raise AssertionError("opened again")


def test_a_cameras_clock_starts_at_its_first_frame(fake_capture, statuses, stop):
    feed = camera_frames("camera 0", fake_capture(1, 2, 3, 4), never, GapReport(statuses.append), stop)
    frames = list(itertools.islice(feed, 3))
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert frames[0].time_s == 0.0
    assert 0 < frames[1].time_s < frames[2].time_s
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 2, 3]


def test_a_camera_that_disconnects_is_opened_again(fake_capture, statuses, stop, quick):
    first, second = fake_capture(1, 2), fake_capture(3)
    results = iter([CameraError("gone"), CameraError("gone"), second])

    def reopen():
        assert first.released.is_set(), "a device cannot be opened twice"
        result = next(results)
        if isinstance(result, CameraError):
            raise result
        return result

    feed = camera_frames("camera 0", first, reopen, GapReport(statuses.append), stop)
    frames = list(itertools.islice(feed, 3))
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert int(frames[2].image[0, 0, 0]) == 3
    assert frames[2].time_s > frames[1].time_s
    assert statuses == ["camera 0 is gone; trying until it is back", "camera 0 is back", ""]


def test_the_delays_between_tries_grow_to_a_limit(fake_capture, statuses, monkeypatch):
    pauses = []

    class Stop(threading.Event):
        def wait(self, timeout=None):
            pauses.append(timeout)
            return len(pauses) > 6

    def gone():
        raise CameraError("gone")

    assert list(camera_frames("camera 0", fake_capture(), gone, GapReport(statuses.append), Stop())) == []
    assert pauses == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0]


def test_damaged_frames_are_skipped(fake_capture, statuses, stop):
    damaged = [None] * (MAX_DAMAGED_FRAMES - 1)
    feed = camera_frames("camera 0", fake_capture(1, *damaged, 2, *damaged, 3), never, GapReport(statuses.append), stop)
    frames = list(itertools.islice(feed, 3))
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 2, 3]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert statuses == []


def test_a_camera_of_damaged_frames_is_lost(fake_capture, statuses, stop, quick):
    first = fake_capture(1, *[None] * MAX_DAMAGED_FRAMES, 2)
    feed = camera_frames("camera 0", first, lambda: fake_capture(3), GapReport(statuses.append), stop)
    assert [int(frame.image[0, 0, 0]) for frame in itertools.islice(feed, 2)] == [1, 3]
    assert [bool(text) for text in statuses] == [True, True, False]


def test_stopping_releases_the_camera_without_a_message(fake_capture, statuses, stop):
    capture = fake_capture(1, 2, 3)
    feed = camera_frames("camera 0", capture, never, GapReport(statuses.append), stop)
    next(feed)
    stop.set()
    assert list(feed) == []
    assert capture.released.is_set()
    assert statuses == []


def test_abandoning_the_feed_releases_the_camera(fake_capture, statuses, stop):
    capture = fake_capture(1, 2, 3)
    feed = camera_frames("camera 0", capture, never, GapReport(statuses.append), stop)
    next(feed)
    feed.close()
    assert capture.released.is_set()


class Clock:
    """A clock that advances only when it is waited on, and the event to wait for."""

    def __init__(self):
        self.now_s = 100.0
        self.stopped = False

    def perf_counter(self):
        return self.now_s

    def wait(self, timeout):
        self.now_s += timeout
        return self.stopped


def test_a_paced_file_comes_when_its_frames_are_due(fake_capture, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("app.camera.feeds.time", clock)
    file = VideoFile("clip", fake_capture(1, 2, 3, FPS=10, POS_MSEC=[500, 600, 900]), print)
    came = [(round(clock.now_s, 6), frame.time_s) for frame in paced_frames(file, clock)]
    assert came == [(100.0, 0.5), (100.1, 0.6), (100.4, 0.9)]


def test_a_paced_file_does_not_wait_for_overdue_frames(fake_capture, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("app.camera.feeds.time", clock)
    file = VideoFile("clip", fake_capture(1, 2, 3), print, fps=10)
    feed = paced_frames(file, clock)
    next(feed)
    read = file.next
    monkeypatch.setattr(file, "next", lambda: (setattr(clock, "now_s", 105.0), read())[1])  # a slow disk
    assert [(clock.now_s, frame.index) for frame in feed] == [(105.0, 1), (105.0, 2)]


def test_a_paced_file_stands_still_while_a_frame_is_processed(fake_capture, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("app.camera.feeds.time", clock)
    feed = paced_frames(VideoFile("clip", fake_capture(1, 2, 3), print, fps=10), clock)
    next(feed)
    clock.now_s += 5
    assert [(round(clock.now_s, 6), frame.index) for frame in feed] == [(105.1, 1), (105.2, 2)]


def test_a_paced_file_stops_immediately_and_is_closed(fake_capture, monkeypatch):
    clock = Clock()
    monkeypatch.setattr("app.camera.feeds.time", clock)
    capture = fake_capture(1, 2, 3)
    feed = paced_frames(VideoFile("clip", capture, print, fps=10), clock)
    next(feed)
    clock.stopped = True
    assert list(feed) == []
    assert capture.released.is_set()
