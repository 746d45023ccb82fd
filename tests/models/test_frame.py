"""A frame is uint8 [H, W, 3] at a number of seconds; anything else is reported in one line, with what to do."""

import math

import numpy as np
import pytest

from models.errors import FrameError
from models.frame import Frame

IMAGE = np.zeros((6, 8, 3), np.uint8)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (IMAGE / 255, r"got float64 \[6, 8, 3\]: multiply 0\.\.1 by 255"),
        (IMAGE.transpose(2, 0, 1), r"got uint8 \[3, 6, 8\]: \.transpose\(1, 2, 0\)"),
        (IMAGE[:, :, 0], r"got uint8 \[6, 8\]$"),
        (np.zeros((6, 8, 4), np.uint8), r"got uint8 \[6, 8, 4\]$"),
        (IMAGE.astype(np.uint16), r"got uint16 \[6, 8, 3\]$"),
        (IMAGE.tolist(), "got list$"),
        (IMAGE[:0], r"at least one pixel; got \[0, 8, 3\]"),
        (None, "got NoneType$"),
    ],
)
def test_an_image_of_another_kind_is_refused(image, said):
    with pytest.raises(FrameError, match=said) as refusal:
        Frame(image, 0.0, 0)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("time_s", [math.nan, math.inf, None, "0.5"])
def test_a_time_that_is_no_number_is_refused(time_s):
    with pytest.raises(FrameError, match="a frame's time is a number of seconds"):
        Frame(IMAGE, time_s, 0)


@pytest.mark.parametrize("time_s", [0, 1.5, np.float32(1.5), np.int64(2)])
def test_any_finite_number_is_a_time(time_s):
    assert Frame(IMAGE, time_s, 0).time_s == time_s
