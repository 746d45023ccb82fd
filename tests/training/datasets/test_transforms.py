import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.datasets.transforms import Augment, Centre, mirror_labels
from training.errors import DataError
from training.jester import LABELS

SHAPES = st.tuples(st.integers(40, 90), st.integers(40, 90))
NEUTRAL = Augment(32, colour=0.0)


def ramp(height: int, width: int, frames: int = 3) -> np.ndarray:
    """Red grows to the right and green downwards, uint8 [T, H, W, 3]; all frames alike."""
    down, right = np.mgrid[:height, :width]
    picture = np.stack([2 * right, 2 * down, np.full_like(right, 100)], -1)
    return np.tile(picture.astype(np.uint8), (frames, 1, 1, 1))


@given(SHAPES, st.integers(0, 2**32))
def test_a_clip_has_one_crop_and_one_colour(shape: tuple[int, int], seed: int) -> None:
    made, label = Augment(32)(ramp(*shape), 5, np.random.default_rng(seed))
    assert made.shape == (3, 32, 32, 3)
    assert made.dtype == np.uint8
    assert (made == made[0]).all()
    assert label == 5


def test_the_same_seed_makes_the_same_and_another_something_else() -> None:
    first, again, other = (Augment(32)(ramp(60, 80), 0, np.random.default_rng(seed))[0] for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_crops_have_many_sizes_and_places() -> None:
    rng = np.random.default_rng(0)
    crops = [NEUTRAL(ramp(60, 80), 0, rng)[0][0] for _ in range(200)]
    widths = {round(float(crop[0, -1, 0]) - float(crop[0, 0, 0])) // 10 for crop in crops}
    heights = {round(float(crop[-1, 0, 1]) - float(crop[0, 0, 1])) // 10 for crop in crops}
    assert len(widths) >= 4
    assert len(heights) >= 4
    assert min(crop[0, 0, 0] for crop in crops) <= 2  # the left edge
    assert max(crop[0, -1, 0] for crop in crops) >= 154  # the right one
    assert min(crop[0, 0, 1] for crop in crops) <= 2
    assert max(crop[-1, 0, 1] for crop in crops) >= 114


def test_without_chance_in_size_and_colour_a_square_is_only_cut() -> None:
    made, _ = Augment(40, colour=0.0, scales=(1.0,))(ramp(40, 40), 0, np.random.default_rng(3))
    assert (made == ramp(40, 40)).all()


def test_colours_change_by_no_more_than_requested() -> None:
    grey = np.full((2, 32, 32, 3), 100, np.uint8)
    levels = [Augment(32, colour=0.2)(grey, 0, np.random.default_rng(seed))[0].mean() for seed in range(50)]
    assert 79 <= min(levels) < 85  # contrast and saturation do not change plain grey, brightness does
    assert 115 < max(levels) <= 121


def test_saturation_and_contrast_keep_the_brightness() -> None:
    picture = np.zeros((1, 32, 32, 3), np.uint8)
    picture[..., 0] = 200
    made = Augment(32, colour=0.2)
    reds = {int(made(picture, 0, np.random.default_rng(seed))[0][0, 0, 0, 1]) for seed in range(30)}
    assert len(reds) > 3  # green leaks in and out of a plain red


def test_half_of_the_clips_are_mirrored_with_their_label() -> None:
    made = Augment(40, mirror=mirror_labels(LABELS), colour=0.0, scales=(1.0,))
    left, right = LABELS.index("Swiping Left"), LABELS.index("Swiping Right")
    counts = {left: 0, right: 0}
    for seed in range(60):
        pictures, label = made(ramp(40, 40), left, np.random.default_rng(seed))
        assert (pictures == (ramp(40, 40) if label == left else ramp(40, 40)[:, :, ::-1])).all()
        counts[label] += 1
    assert min(counts.values()) > 15


def test_a_clip_without_label_is_mirrored_without() -> None:
    made = Augment(32, mirror=mirror_labels(LABELS))
    assert {made(ramp(40, 40), -1, np.random.default_rng(seed))[1] for seed in range(20)} == {-1}


def test_mirroring_swaps_sides_and_turns() -> None:
    mirror = mirror_labels(LABELS)
    swapped = {LABELS[a]: LABELS[b] for a, b in enumerate(mirror) if a != b}
    assert swapped.pop("Swiping Left") == "Swiping Right"
    assert swapped.pop("Turning Hand Clockwise") == "Turning Hand Counterclockwise"
    assert len(swapped) == 4
    assert [mirror[other] for other in mirror] == list(range(27))


@pytest.mark.parametrize(
    "labels", [("Pulling something from left to right", "Pulling something from right to left"), ("Swiping Left",)]
)
def test_labels_that_cannot_be_mirrored_are_refused(labels: tuple[str, ...]) -> None:
    with pytest.raises(DataError, match="train without mirroring"):
        mirror_labels(labels)


def test_the_centre_is_cut() -> None:
    test = Centre(28)
    assert test.shortest == 32
    made, label = test(ramp(32, 50), 4, np.random.default_rng(0))
    assert (made == ramp(32, 50)[:, 2:30, 11:39]).all()
    assert label == 4


@pytest.mark.parametrize("shape", [(32, 50), (50, 32)])
def test_three_crops_reach_from_end_to_end(shape: tuple[int, int]) -> None:
    test = Centre(32, crops=3)
    assert test.shortest == 32
    made, _ = test(ramp(*shape), 0, np.random.default_rng(0))
    first, middle, last = made.reshape(3, 3, 32, 32, 3)
    assert (first == ramp(*shape)[:, :32, :32]).all()
    assert (middle == ramp(*shape)[:, (shape[0] - 32) // 2 :][:, :32, (shape[1] - 32) // 2 :][:, :, :32]).all()
    assert (last == ramp(*shape)[:, -32:, -32:]).all()
