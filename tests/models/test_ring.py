"""Rings of several lengths: each long enough, all turning together, and no more memory than rings of one length."""

from hypothesis import given
from hypothesis import strategies as st

from models.ring import MAX_LENGTH_RATIO, ring_lengths

rings = st.lists(st.tuples(st.integers(1, 100), st.integers(1, 10**6)), min_size=1, max_size=8)


@given(rings)
def test_each_is_long_enough_and_all_turn_together(rings):
    needed, sizes = zip(*rings, strict=True)
    lengths = ring_lengths(needed, sizes)
    assert all(length >= least for length, least in zip(lengths, needed, strict=True))
    assert all(max(lengths) % length == 0 for length in lengths)
    assert max(needed) <= max(lengths) <= MAX_LENGTH_RATIO * max(needed)
    total = sum(length * size for length, size in zip(lengths, sizes, strict=True))
    assert total <= max(needed) * sum(sizes), "one length for all"


def test_a_few_phases_more_save_what_the_nearest_lags_do_not_need():
    """Lags of 2 x 2, 2 x 4, 2 x 8 and 2 x 16 steps, as the shipped network has them."""
    assert ring_lengths((5, 9, 17, 33), (16, 8, 4, 2)) == (6, 9, 18, 36)


def test_without_a_memory_there_is_no_ring():
    assert ring_lengths((), ()) == ()
