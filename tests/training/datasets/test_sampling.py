import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.datasets.sampling import Dense, Segments, dense, dense_views, segment_views, segments

FRAMES, COUNT, STRIDE = st.integers(1, 400), st.integers(1, 40), st.integers(1, 9)
RNG = st.one_of(st.none(), st.integers(0, 2**32).map(np.random.default_rng))


@given(FRAMES, COUNT, RNG)
def test_segments_stay_within_their_segment(frames: int, count: int, rng) -> None:
    chosen = segments(frames, count, rng)
    assert chosen.dtype == np.int64
    for number, frame in enumerate(chosen):
        assert number * frames // count <= frame < max(1, -(-(number + 1) * frames // count))


@given(FRAMES, COUNT, STRIDE, RNG)
def test_dense_frames_lie_a_stride_apart_until_the_clip_ends(frames: int, count: int, stride: int, rng) -> None:
    chosen = dense(frames, count, stride, rng)
    assert chosen.dtype == np.int64
    assert len(chosen) == count
    assert chosen[0] >= 0
    assert (chosen == np.minimum(chosen[0] + stride * np.arange(count), frames - 1)).all()
    if frames > (count - 1) * stride:
        assert (np.diff(chosen) == stride).all()
    else:
        assert chosen[0] == 0  # as much of a short clip as there is


@given(FRAMES, COUNT, STRIDE, st.integers(1, 12))
def test_views_go_through_the_clip(frames: int, count: int, stride: int, views: int) -> None:
    for chosen in (segment_views(frames, count, views), dense_views(frames, count, stride, views)):
        assert chosen.shape == (views, count)
        assert chosen.dtype == np.int64
        assert chosen.min() >= 0
        assert chosen.max() < frames
        assert (np.diff(chosen, axis=0) >= 0).all()


@given(FRAMES, COUNT, STRIDE)
def test_one_view_is_the_middle(frames: int, count: int, stride: int) -> None:
    assert (segment_views(frames, count, 1)[0] == segments(frames, count)).all()
    assert (dense_views(frames, count, stride, 1)[0] == dense(frames, count, stride)).all()


def test_the_middle_frames_by_hand() -> None:
    assert segments(16, 8).tolist() == [1, 3, 5, 7, 9, 11, 13, 15]
    assert segments(5, 8).tolist() == [0, 0, 1, 2, 2, 3, 4, 4]
    assert dense(20, 4, 3).tolist() == [5, 8, 11, 14]
    assert dense_views(20, 4, 3, 3)[:, 0].tolist() == [0, 5, 10]
    assert dense(3, 4, 2).tolist() == [0, 2, 2, 2]


def test_chance_reaches_every_frame_and_every_start() -> None:
    rng = np.random.default_rng(0)
    assert {int(f) for _ in range(200) for f in segments(12, 3, rng)} == set(range(12))
    assert {int(dense(10, 3, 2, rng)[0]) for _ in range(200)} == set(range(6))


@pytest.mark.parametrize("sampling", [Segments(4), Dense(4, 2)])
def test_training_draws_and_testing_does_not(sampling) -> None:
    first, second = (sampling(90, np.random.default_rng(seed)).tolist() for seed in (1, 2))
    assert first != second
    assert first == sampling(90, np.random.default_rng(1)).tolist()


@pytest.mark.parametrize("sampling", [Segments(4, views=10), Dense(4, 2, views=10)])
def test_views_come_one_behind_the_other(sampling) -> None:
    chosen = sampling(90, np.random.default_rng(1))
    assert chosen.shape == (40,)
    assert (np.diff(chosen.reshape(10, 4)) > 0).all()
    assert chosen.tolist() == sampling(90, np.random.default_rng(2)).tolist()
