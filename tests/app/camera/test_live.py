import gc
import threading
import weakref
from queue import SimpleQueue

import numpy as np
import pytest

from app.camera.gap_report import GapReport
from app.camera.live import NO_FRAME_WARNING_S, LiveCamera
from models.errors import CameraError
from models.frame import Frame

TIMEOUT_S = 30.0
"""Far longer than any wait here takes."""


def frame(index):
    return Frame(np.zeros((2, 2, 3), np.uint8), index / 10, index)


class Feed:
    """A feed that yields the items of the test, ends at None and raises exceptions."""

    def __init__(self):
        self._items = SimpleQueue()
        self._asked = SimpleQueue()
        self.closed = threading.Event()

    def give(self, *items):
        """Pass items to the thread, and wait until it has handled all of them."""
        for item in items:
            self._asked.get(timeout=TIMEOUT_S)
            self._items.put(item)
        if isinstance(items[-1], Frame):
            self._asked.get(timeout=TIMEOUT_S)
            self._asked.put(None)

    def __call__(self, stop):
        try:
            while True:
                self._asked.put(None)
                item = self._items.get(timeout=TIMEOUT_S)
                if item is None:
                    return
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.closed.set()


@pytest.fixture
def feed():
    return Feed()


@pytest.fixture
def camera(feed):
    camera = LiveCamera("camera 0", feed)
    yield camera
    feed.give(None)
    camera.close()


def test_the_newest_frame_is_kept_and_the_others_are_counted(feed, camera):
    feed.give(frame(0), frame(1), frame(2))
    assert camera.next(0).index == 2
    assert camera.dropped == 2
    feed.give(frame(3))
    assert camera.next(0).index == 3
    assert camera.dropped == 2


def test_frames_in_a_pause_do_not_count_as_dropped(feed, camera):
    feed.give(frame(0), frame(1))
    assert camera.dropped == 1
    camera.pause(True)
    feed.give(frame(2), frame(3), frame(4))
    assert camera.dropped == 1
    assert camera.next(0).index == 4, "a live camera continues in a pause"
    camera.pause(False)
    feed.give(frame(5), frame(6))
    assert camera.dropped == 2


def test_a_frame_is_returned_only_once(feed, camera):
    feed.give(frame(0))
    assert camera.next(0) is not None
    assert camera.next(0) is None
    assert not camera.ended


def test_next_waits_for_a_frame(feed, camera):
    giver = threading.Timer(0.01, feed.give, [frame(0)])
    giver.start()
    assert camera.next(TIMEOUT_S).index == 0
    giver.join()


def test_the_last_frame_is_still_returned_after_the_end():
    feed = Feed()
    camera = LiveCamera("clip", feed)
    feed.give(frame(0), None)
    assert feed.closed.wait(TIMEOUT_S)
    assert not camera.ended
    assert camera.next(TIMEOUT_S).index == 0
    assert camera.next(TIMEOUT_S) is None
    assert camera.ended


def test_an_error_in_the_thread_is_raised_by_next():
    feed = Feed()
    camera = LiveCamera("camera 0", feed)
    feed.give(CameraError("broken"))
    with pytest.raises(CameraError, match="broken"):
        camera.next(TIMEOUT_S)
    assert camera.next(TIMEOUT_S) is None
    assert camera.ended


def test_closing_stops_the_thread_and_closes_the_feed():
    stopped = threading.Event()

    def feed(stop):
        yield frame(0)
        stop.wait(TIMEOUT_S)
        stopped.set()

    camera = LiveCamera("camera 0", feed)
    assert camera.next(TIMEOUT_S) is not None
    camera.close()
    camera.close()
    assert stopped.is_set()
    assert camera.ended
    assert camera.next(0) is None


def test_a_closed_camera_is_forgotten():
    """A program that opens many cameras in turn must not keep their last frames until it ends."""

    def feed(stop):
        yield frame(0)

    camera = LiveCamera("camera 0", feed)
    assert camera.next(TIMEOUT_S) is not None
    camera.close()
    left = weakref.ref(camera)
    del camera
    gc.collect()
    assert left() is None


def test_a_driver_that_never_returns_does_not_delay_closing(monkeypatch):
    monkeypatch.setattr("app.camera.live.CLOSE_TIMEOUT_S", 0.01)
    returns, returned = threading.Event(), SimpleQueue()

    def feed(stop):
        returned.put(returns.wait(TIMEOUT_S))
        yield frame(0)

    camera = LiveCamera("camera 0", feed)
    camera.close()
    assert camera.ended
    returns.set()
    assert returned.get(timeout=TIMEOUT_S), "closing waited for the driver"
    assert camera.next(0) is None


def test_a_source_that_is_not_live_starts_with_the_first_next():
    started = threading.Event()

    def feed(stop):
        started.set()
        yield frame(0)

    camera = LiveCamera("clip", feed, live=False)
    assert not started.is_set()
    assert camera.next(TIMEOUT_S).index == 0


def test_a_source_closed_before_it_started_never_starts():
    started = threading.Event()

    def feed(stop):
        started.set()
        yield frame(0)

    camera = LiveCamera("clip", feed, live=False)
    camera.close()
    assert camera.next(0) is None
    assert camera.ended
    assert not started.is_set()


@pytest.mark.parametrize("first", ["the feed", "the reader"])
def test_one_gap_is_one_line_before_the_camera_is_back(feed, statuses, first):
    gap = GapReport(statuses.append)
    camera = LiveCamera("camera 0", feed, gap=gap)
    feed.give(frame(0))
    assert camera.next(TIMEOUT_S) is not None

    def notice_in_the_reader():
        camera._note_silence(True, NO_FRAME_WARNING_S)  # as after so long a wait in `next`

    if first == "the feed":
        gap.begin("camera 0 is gone")
        notice_in_the_reader()
        line = "camera 0 is gone"
    else:
        notice_in_the_reader()
        gap.begin("camera 0 is gone")
        line = "camera 0 sends no pictures; waiting for it"
    assert statuses == [line]
    gap.end("camera 0 is back")
    feed.give(frame(1))
    assert camera.next(TIMEOUT_S) is not None
    assert [text for text in statuses if text] == [line, "camera 0 is back"]
    gap.begin("camera 0 is gone")
    assert statuses[-1] == "camera 0 is gone", "the next gap is reported"
    feed.give(None)
    camera.close()
