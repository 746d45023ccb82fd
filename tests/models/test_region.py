import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import UserError
from models.region import MIN_SHARE, WHOLE, Region, parse_region

sizes = st.integers(1, 2000)
places = st.floats(-3000, 3000)


@given(sizes, sizes, places, places, st.floats(0, 5000))
def test_a_square_always_lies_in_the_picture_and_is_square(rows, columns, x, y, side):
    region = Region.square(x, y, side, rows, columns)
    assert region.left >= 0
    assert region.left + region.width <= 1 + 1e-9
    assert region.top + region.height <= 1 + 1e-9
    assert region.width * columns == pytest.approx(region.height * rows)


def test_a_square_that_fits_is_around_its_point():
    region = Region.square(300, 200, 100, 480, 640)
    assert (region.left * 640, region.top * 480) == pytest.approx((250, 150))
    assert region.width * 640 == pytest.approx(100)


@pytest.mark.parametrize(("x", "left"), [(-50, 0), (10, 0), (635, 540)])
def test_a_square_that_would_leave_the_picture_is_moved_not_cut(x, left):
    region = Region.square(x, 240, 100, 480, 640)
    assert region.left * 640 == pytest.approx(left)
    assert region.width * 640 == pytest.approx(100)


@given(st.integers(1, 50), st.integers(1, 50), st.floats(0, 1), st.floats(MIN_SHARE, 1))
def test_a_cut_always_holds_a_pixel(rows, columns, left, width):
    left *= 1 - width
    part = Region(left, left, width, width).cut(np.zeros((rows, columns, 3), np.uint8))
    assert part.size


def test_a_cut_is_the_part_it_says():
    image = np.arange(100, dtype=np.uint8)[:, None, None] + np.zeros((1, 200, 3), np.uint8)
    assert np.array_equal(Region(0.25, 0.1, 0.5, 0.4).cut(image), image[10:50, 50:150])
    assert WHOLE.cut(image).shape == image.shape


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ((0.5, 0, 0.6, 1), "leaves the picture"),
        ((-0.1, 0, 0.5, 1), "leaves the picture"),
        ((0, 0.2, 1, 0.9), "leaves the picture"),
        ((0, 0, 0, 1), "is empty"),
        ((0.5, 0.5, -0.2, 0.2), "is empty"),
        ((math.nan, 0, 1, 1), "is not of finite numbers"),
        ((0, 0, math.inf, 1), "is not of finite numbers"),
    ],
)
def test_what_is_no_region_is_reported_in_a_line(numbers, problem):
    with pytest.raises(UserError, match=problem) as caught:
        Region(*numbers)
    assert "\n" not in str(caught.value)


def test_a_region_is_read_and_written():
    region = parse_region(" 0.25, 0.1,0.5,.8")
    assert region == Region(0.25, 0.1, 0.5, 0.8)
    assert parse_region(str(region)) == region


@pytest.mark.parametrize("text", ["0,0,0.01,1", "0.2,0.2,0.5,0.049"])
def test_no_one_can_ask_for_a_tiny_region(text):
    with pytest.raises(UserError, match=r"is smaller than 0\.05 of the picture"):
        parse_region(text)


@pytest.mark.parametrize("text", ["", "1,2,3", "0,0,1,1,1", "0;0;1;1", "a,b,c,d", "0,0,1,"])
def test_other_text_is_no_region(text):
    with pytest.raises(UserError, match="is no region"):
        parse_region(text)
