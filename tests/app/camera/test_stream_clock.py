"""The times of a live stream, independent of the network and the sender's clock."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.camera.stream_clock import MAX_SPEEDUP, StreamClock

RATE_HZ = 25.0


def play(reported, came):
    """The time of each picture from the first on, and when it is passed on."""
    clock, times, passed, now_s = StreamClock(0.0, 1 / RATE_HZ), [], [], 0.0
    for reported_s, came_s in zip(reported, came, strict=True):
        now_s = max(now_s, came_s)
        now_s += clock.take(reported_s, now_s)
        times.append(clock.time_s)
        passed.append(now_s)
    return np.array(times), np.array(passed)


@given(st.floats(0.01, 4.0), st.floats(0, 1e6))
def test_bursts_keep_their_own_times_and_are_passed_on_before_the_next(burst_s, start_s):
    taken = np.arange(300) / RATE_HZ
    came = np.ceil(taken / burst_s) * burst_s
    times, passed = play(start_s + taken, came)
    np.testing.assert_allclose(times, taken, atol=1e-6)
    assert (passed - came).max() <= burst_s / MAX_SPEEDUP + 1 / RATE_HZ
    assert np.diff(passed).min() >= 1 / RATE_HZ / MAX_SPEEDUP - 1e-9


@given(st.integers(1, 298), st.floats(-1e6, 1e6))
def test_one_implausible_time_moves_no_later_one(at, wild_s):
    reported = np.arange(300) / RATE_HZ
    reported[at] = wild_s
    times, _ = play(reported, np.arange(300) / RATE_HZ)
    assert np.abs(times - np.arange(300) / RATE_HZ)[at + 1 :].max() < 2.1


@pytest.mark.parametrize("to_s", [-3600.0, 0.0, 95_000.0, math.nan])
def test_a_clock_that_is_set_continues_without_a_gap(to_s):
    taken = np.arange(300) / RATE_HZ
    reported = np.where(taken < 6, taken, taken - 6 + to_s)
    times, _ = play(reported, taken)
    assert all(0 < after - before < 0.1 for before, after in itertools.pairwise(times))
    np.testing.assert_allclose(times, taken, atol=0.2)


def test_a_stream_continues_at_its_own_time_after_a_silence():
    taken = np.concatenate([np.arange(50), 500 + np.arange(50)]) / RATE_HZ
    times, _ = play(taken, taken)
    np.testing.assert_allclose(times, taken, atol=1e-6)
