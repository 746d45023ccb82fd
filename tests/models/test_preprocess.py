"""From frames of any size to the input picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import CameraError
from models.preprocess import to_picture
from models.region import WHOLE, Region

sides = st.integers(1, 200)


@settings(max_examples=60)
@given(sides, sides, st.integers(8, 64), st.integers(8, 64))
def test_any_frame_becomes_a_picture_of_the_size_asked_for(rows, columns, height, width):
    image = np.full((rows, columns, 3), (10, 20, 30), np.uint8)
    picture = to_picture(image, height, width)
    assert picture.shape == (height, width, 3)
    assert picture.dtype == np.uint8
    assert picture.flags.c_contiguous
    assert np.ptp(picture, axis=(0, 1)).max() == 0, "a picture of one colour stays of one colour"
    assert picture[0, 0].tolist() == [10, 20, 30], "and the colours keep their order"


@pytest.mark.parametrize(("rows", "columns"), [(480, 640), (640, 480), (480, 480)])
def test_the_middle_is_kept_undistorted(rows, columns):
    image = np.zeros((rows, columns, 3), np.uint8)
    image[rows // 2 - 24 : rows // 2 + 24, columns // 2 - 24 : columns // 2 + 24] = 255  # a square of a tenth
    bright = to_picture(image, 112, 112)[:, :, 0] > 127
    tall, wide = bright.any(1).sum(), bright.any(0).sum()
    assert abs(tall - 11) <= 1
    assert abs(wide - 11) <= 1
    centre = np.argwhere(bright).mean(0)
    assert np.abs(centre - 55.5).max() <= 1


def test_the_sides_of_a_wide_frame_are_cut_off():
    image = np.zeros((100, 200, 3), np.uint8)
    image[:, :50] = image[:, 150:] = 255
    assert to_picture(image, 50, 50).max() == 0


@pytest.mark.parametrize("period", [2, 4])
@pytest.mark.parametrize("axis", [0, 1])
def test_texture_too_fine_to_be_shown_does_not_flicker_when_it_moves(period, axis):
    """Stripes of a few pixels become grey at any position, so that a sleeve does not appear to move."""
    stripes = np.where(np.arange(448) % period < period // 2, 0, 255).astype(np.uint8)
    pictures = []
    for moved in range(period):
        plane = np.broadcast_to(np.roll(stripes, moved), (448, 448))
        pictures.append(
            to_picture(np.repeat((plane.T if axis else plane)[:, :, None], 3, axis=2), 112, 112).astype(int)
        )
    assert np.ptp(pictures, axis=0).max() <= 1


def test_a_picture_of_the_right_size_is_a_copy():
    image = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    picture = to_picture(image, 8, 8)
    np.testing.assert_array_equal(picture, image)
    assert not np.shares_memory(picture, image)


def test_a_frame_without_a_pixel_is_the_cameras_fault():
    with pytest.raises(CameraError, match=r"a picture of 640x0 pixels"):
        to_picture(np.zeros((0, 640, 3), np.uint8), 8, 8)


def quarters():
    """A picture of four colours, 200x100."""
    image = np.zeros((100, 200, 3), np.uint8)
    image[:50, :100], image[:50, 100:], image[50:, :100] = (200, 0, 0), (0, 200, 0), (0, 0, 200)
    return image


def test_only_the_region_is_seen():
    picture = to_picture(quarters(), 16, 16, Region(0.5, 0.0, 0.25, 0.5))
    assert np.ptp(picture, axis=(0, 1)).max() == 0
    assert picture[0, 0].tolist() == [0, 200, 0]


@pytest.mark.parametrize("shape", [(100, 200), (200, 100)])
def test_all_of_a_region_of_other_proportions_is_seen_undistorted(shape):
    image = np.zeros((*shape, 3), np.uint8)
    image[:10] = image[-10:] = image[:, :10] = image[:, -10:] = 255
    inner = to_picture(image, 40, 40, WHOLE)[:, :, 0] < 127
    rows, columns = inner.any(1).sum(), inner.any(0).sum()
    assert sorted((rows, columns)) == [16, 36]


def test_what_a_region_leaves_over_repeats_its_edge():
    image = np.full((100, 200, 3), (9, 8, 7), np.uint8)
    assert np.ptp(to_picture(image, 40, 40, WHOLE), axis=(0, 1)).max() == 0


@given(st.integers(20, 300), st.integers(20, 300), st.floats(0, 300), st.floats(0, 300), st.floats(20, 300))
def test_a_square_region_needs_no_border(rows, columns, x, y, side):
    image = np.zeros((rows, columns, 3), np.uint8)
    image[:, :] = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns, 1) % 251
    region = Region.square(x, y, side, rows, columns)
    cut = region.cut(image)
    assert abs(cut.shape[0] - cut.shape[1]) <= 1
    np.testing.assert_array_equal(to_picture(image, 32, 32, region), to_picture(cut, 32, 32, WHOLE))


def test_what_is_twice_as_large_is_scaled_quickly_to_the_same():
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    slow, quick = (to_picture(image, 32, 32, quick=quick) for quick in (False, True))
    np.testing.assert_allclose(quick.astype(int), slow, atol=1)
    far, quick_far = (to_picture(image, 8, 8, quick=quick) for quick in (False, True))
    assert np.abs(quick_far.astype(int) - far).max() > 20
