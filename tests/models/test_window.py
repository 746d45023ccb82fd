"""The window of the newest pictures: which of them a clip holds, and which part of them."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.region import Region
from models.window import LEAST_SIDE, ClipWindow, nearest

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
    for use in (lambda: window.cut(1.0, 16), window.moving, lambda: window.repeat(0.0)):
        with pytest.raises(ValueError, match="no picture"):
            use()
    window.append(picture(1), 0.0)
    with pytest.raises(ValueError, match="proportions"):
        window.append(np.zeros((1, 2, 3), np.uint8), 0.1)


def test_a_picture_that_is_repeated_is_seen_again_and_moves_nothing():
    window = filled([0.0])
    window.repeat(1 / 12)
    window.append(picture(90), 2 / 12)
    window.repeat(3 / 12)
    assert numbers(window.cut(4 / 12, 4)) == [0, 0, 90, 90]
    with pytest.raises(ValueError, match="backwards"):
        window.repeat(0.0)


def room(*discs, rows=480, columns=640):
    """A room in which discs are, for hands."""
    image = np.full((rows, columns, 3), 120, np.uint8)
    for x, y in discs:
        cv2.circle(image, (round(x), round(y)), rows // 16, (220, 180, 150), -1)
    return image


def waving(x, y, reach=60, rows=480, columns=640, steps=24):
    """A window in which a hand waves around a place, beside one that keeps still."""
    window = ClipWindow((112, 112, 3), 11 / 6, 12.0)
    for k in range(steps):
        hand = x + reach * np.sin(2 * k / 3), y
        window.append(room(hand, (columns / 5, rows / 5), rows=rows, columns=columns), k / 12)
    return window


@pytest.mark.parametrize("x", [130, 320, 500])
def test_a_clip_is_cut_around_what_moves(x):
    region = waving(x, 300).moving()
    assert region.width * 640 == pytest.approx(region.height * 480)
    assert LEAST_SIDE <= region.height < 0.75
    assert region.left * 640 < x < (region.left + region.width) * 640
    assert region.left <= (x - 100) / 640
    assert region.left + region.width >= min(1, (x + 100) / 640)


def test_who_reaches_far_is_shown_whole_and_who_moves_a_finger_is_not_shown_too_near():
    wide, near = waving(320, 240, reach=250).moving(), waving(320, 240, reach=15).moving()
    assert wide.height == pytest.approx(1)
    assert near.height == pytest.approx(LEAST_SIDE)


def test_where_nothing_moves_the_middle_is_shown():
    window = ClipWindow((112, 112, 3), 1.0, 12.0)
    for k in range(3):
        window.append(room(rows=480, columns=640), k / 12)
    assert window.moving() == Region.square(320, 240, 480, 480, 640)


def test_movement_is_forgotten_with_its_pictures():
    window = waving(130, 300)
    for k in range(24):
        window.append(room((500, 300 + 40 * (k % 2))), 2 + k / 12)
    assert window.moving().left > 0.4


def test_only_the_region_is_shown_and_large_pictures_are_remembered_small():
    window = ClipWindow((112, 112, 3), 1.0, 12.0)
    image = np.zeros((1080, 1920, 3), np.uint8)
    image[:, 960:] = 200
    window.append(image, 0.0)
    image[:] = 7  # a camera writes over its picture
    assert window.cut(1.0, 2, Region(0, 0, 0.25, 0.4)).max() == 0
    clip = window.cut(1.0, 2, Region(0.6, 0, 0.25, 0.4))
    assert clip.shape == (2, 112, 112, 3)
    assert clip.min() == 200
    assert window._slots[0].picture.shape == (1080 // 5, 1920 // 5, 3)
