"""The window of the newest pictures, and the pictures of a clip."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.window import ClipWindow, nearest

SHAPE = (1, 1, 3)


def picture(number: int) -> np.ndarray:
    return np.full(SHAPE, number, np.uint8)


def filled(times_s, seconds: float = 8 / 3, rate_hz: float = 12.0) -> ClipWindow:
    window = ClipWindow(SHAPE, seconds, rate_hz)
    for number, time_s in enumerate(times_s):
        window.append(picture(number), time_s)
    return window


def numbers(clip: np.ndarray) -> list[int]:
    assert clip.dtype == np.uint8
    return clip[:, 0, 0, 0].tolist()


def test_the_longest_clip_of_12_a_second_is_every_second_picture():
    window = filled(np.arange(50) / 12)
    assert numbers(window.cut(8 / 3, 16)) == list(range(19, 50, 2))


def test_a_shorter_clip_is_sampled_more_densely():
    window = filled(np.arange(50) / 12)
    assert numbers(window.cut(4 / 3, 16)) == list(range(34, 50))
    assert numbers(window.cut(2 / 3, 16)) == sorted([*range(42, 50), *range(42, 50)])


def test_before_the_first_picture_that_one_stands_still():
    assert numbers(filled([0, 1 / 12, 2 / 12]).cut(4 / 3, 16)) == [0] * 14 + [1, 2]


def test_a_window_can_be_reset():
    window = filled(np.arange(50) / 12)
    window.reset()
    window.append(picture(200), 0.0)
    assert set(numbers(window.cut(8 / 3, 16))) == {200}


@given(
    st.lists(st.floats(0.01, 0.5), min_size=1, max_size=60),
    st.floats(0.3, 8 / 3),
    st.integers(1, 20),
)
def test_each_picture_is_the_nearest_in_time_of_those_that_are_kept(gaps, seconds, pictures):
    times_s = np.cumsum(gaps)
    kept = np.arange(len(times_s))[-33:]
    got = numbers(filled(times_s).cut(seconds, pictures))
    assert got[-1] == len(times_s) - 1
    assert got == sorted(got)
    for k, number in enumerate(got):
        wanted_s = times_s[-1] - seconds / pictures * (pictures - 1 - k)
        assert abs(times_s[number] - wanted_s) <= np.abs(times_s[kept] - wanted_s).min() + 1e-6


def test_what_is_cut_does_not_change_when_the_stream_goes_on():
    window = filled(np.arange(40) / 12)
    clip = window.cut(8 / 3, 16)
    before = numbers(clip)
    for k in range(40):
        window.append(picture(99), 4 + k / 12)
    assert numbers(clip) == before


def test_a_single_time_is_nearest_to_all():
    assert nearest(np.array([3.0]), [0.0, 3.0, 9.0]).tolist() == [0, 0, 0]


def test_time_does_not_run_backwards():
    window = filled([1.0])
    with pytest.raises(ValueError, match="backwards"):
        window.append(picture(1), 0.5)


def test_another_shape_and_an_empty_window_are_refused():
    window = ClipWindow(SHAPE, 1.0, 12.0)
    with pytest.raises(ValueError, match="no picture"):
        window.cut(1.0, 16)
    with pytest.raises(ValueError, match="expected a picture"):
        window.append(np.zeros((2, 1, 3), np.uint8), 0.0)
