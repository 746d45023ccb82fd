import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.datasets.sampling import Dense, Segments

FRAMES, COUNT, STRIDE = st.integers(1, 400), st.integers(1, 40), st.integers(1, 9)
VIEWS, RNG = st.sampled_from([None, 1]), st.integers(0, 2**32).map(np.random.default_rng)


@given(FRAMES, COUNT, VIEWS, RNG)
def test_segments_stay_within_their_segment(frames: int, count: int, views: int | None, rng) -> None:
    chosen = Segments(count, views)(frames, rng)
    assert chosen.dtype == np.int64
    for number, frame in enumerate(chosen):
        assert number * frames // count <= frame < max(1, -(-(number + 1) * frames // count))


@given(FRAMES, COUNT, STRIDE, VIEWS, RNG)
def test_dense_frames_have_their_stride_until_the_clip_ends(
    frames: int, count: int, stride: int, views: int | None, rng
) -> None:
    chosen = Dense(count, stride, views)(frames, rng)
    assert chosen.dtype == np.int64
    assert len(chosen) == count
    assert chosen[0] >= 0
    assert (chosen == np.minimum(chosen[0] + stride * np.arange(count), frames - 1)).all()
    if frames > (count - 1) * stride:
        assert (np.diff(chosen) == stride).all()
    else:
        assert chosen[0] == 0  # all of a short clip


@given(FRAMES, COUNT, STRIDE, st.integers(1, 12))
def test_views_cover_the_clip_in_order(frames: int, count: int, stride: int, views: int) -> None:
    for sampling in (Segments(count, views), Dense(count, stride, views)):
        chosen = sampling(frames, np.random.default_rng(0)).reshape(views, count)
        assert chosen.dtype == np.int64
        assert chosen.min() >= 0
        assert chosen.max() < frames
        assert (np.diff(chosen, axis=0) >= 0).all()


@pytest.mark.parametrize(
    ("sampling", "frames", "chosen"),
    [
        (Segments(8, 1), 16, [1, 3, 5, 7, 9, 11, 13, 15]),
        (Segments(8, 1), 5, [0, 0, 1, 2, 2, 3, 4, 4]),
        (Dense(4, 3, 1), 20, [5, 8, 11, 14]),
        (Dense(4, 2, 1), 3, [0, 2, 2, 2]),
        (Dense(2, 3, 3), 14, [0, 3, 5, 8, 10, 13]),
    ],
)
def test_known_frames(sampling, frames: int, chosen: list[int]) -> None:
    assert sampling(frames, np.random.default_rng(0)).tolist() == chosen


def test_chance_reaches_every_frame_and_every_start() -> None:
    rng = np.random.default_rng(0)
    assert {int(f) for _ in range(200) for f in Segments(3)(12, rng)} == set(range(12))
    assert {int(Dense(3, 2)(10, rng)[0]) for _ in range(200)} == set(range(6))


@pytest.mark.parametrize("sampling", [Segments(4), Dense(4, 2)])
def test_training_draws_and_testing_does_not(sampling) -> None:
    first, second = (sampling(90, np.random.default_rng(seed)).tolist() for seed in (1, 2))
    assert first != second
    assert first == sampling(90, np.random.default_rng(1)).tolist()


@pytest.mark.parametrize("sampling", [Segments(4, views=10), Dense(4, 2, views=10)])
def test_views_are_concatenated(sampling) -> None:
    chosen = sampling(90, np.random.default_rng(1))
    assert chosen.shape == (40,)
    assert (np.diff(chosen.reshape(10, 4)) > 0).all()
    assert chosen.tolist() == sampling(90, np.random.default_rng(2)).tolist()
