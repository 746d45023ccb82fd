"""Rates in stream time, and percentiles of durations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.meters import Percentiles
from app.rate_meter import RateMeter


def noted(meter, times_s, first=0):
    for total, time_s in enumerate(times_s, first):
        meter.note(time_s, total)
    return meter


@given(st.floats(0.5, 240), st.floats(0, 1e5))
def test_a_steady_rate_is_known_from_the_second_event_on(hz, start_s):
    meter = RateMeter()
    assert noted(meter, [start_s]).hz == 0
    assert noted(meter, [start_s + k / hz for k in range(20)]).hz == pytest.approx(hz, rel=1e-3)


@given(st.floats(5, 60), st.floats(5, 60), st.floats(0.5, 5))
def test_events_before_the_window_do_not_count(before_hz, now_hz, window_s):
    """A camera that slows down in the dark has the new rate as soon as the window contains only that."""
    meter, change_s = RateMeter(window_s), 60.0
    before = noted(meter, [k / before_hz for k in range(int(change_s * before_hz))])
    steps = int(2 * window_s * now_hz) + 2
    noted(before, [change_s + k / now_hz for k in range(steps)], first=10_000)
    assert meter.hz == pytest.approx(now_hz, rel=1e-6)


def test_frames_that_come_together_count_all():
    meter = RateMeter()
    meter.note(0.0, 0)
    meter.note(1.0, 30)
    assert meter.hz == 30


def test_a_stream_that_starts_again_is_measured_from_its_start():
    meter = noted(RateMeter(), [5 + k / 30 for k in range(30)])
    assert noted(meter, [0.0]).hz == 0
    assert noted(meter, [0.1, 0.2, 0.3], first=1).hz == pytest.approx(10)


def test_time_that_stands_still_has_no_rate():
    assert noted(RateMeter(), [1.0, 1.0]).hz == 0


def test_no_durations_have_percentiles_of_zero():
    assert Percentiles.of([]) == Percentiles(0.0, 0.0, 0.0)


def test_percentiles_of_known_durations():
    found = Percentiles.of([float(k) for k in range(101)])
    assert (found.p50, found.p95, found.p99) == pytest.approx((50, 95, 99))


@given(st.lists(st.floats(0, 1000), min_size=1))
def test_percentiles_ascend_and_lie_among_the_durations(durations):
    found = Percentiles.of(durations)
    assert min(durations) <= found.p50 + 1e-9
    assert found.p50 <= found.p95 + 1e-9
    assert found.p95 <= found.p99 + 1e-9
    assert found.p99 <= max(durations) + 1e-9
