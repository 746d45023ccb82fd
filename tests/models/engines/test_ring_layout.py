"""Where the slots of one stream lie, and which of them a phase reads and writes."""

import pytest

from models.engines.ring_layout import ALIGNMENT, lay_out
from models.spec import MemorySpec, ModelSpec

SPEC = ModelSpec(
    "small", ("a", "b"), 4, 4, (0.0,) * 3, (1.0,) * 3, 12.0,
    (MemorySpec("near", (1, 2, 4, 4), (2, 4)), MemorySpec("far", (1, 3, 2, 2), (4, 8))), 13, 4,
)  # fmt: skip
SIZES = dict.fromkeys((*SPEC.inputs, *SPEC.outputs), 100)


@pytest.mark.parametrize(("lag_divisor", "count", "back"), [(1, 10, {2: 2, 4: 4, 8: 8}), (2, 6, {2: 1, 4: 2, 8: 4})])
def test_a_lag_is_read_where_it_was_written_so_many_steps_ago(lag_divisor, count, back):
    phases = [dict(phase) for phase in lay_out(SPEC, SIZES, lag_divisor).phases]
    assert len(phases) == count
    for step in range(count, 3 * count):
        now = phases[step % count]
        for memory in SPEC.memories:
            for lag in memory.lags:
                assert now[memory.past(lag)] == phases[(step - back[lag]) % count][memory.newest]


def test_no_two_tensors_of_a_phase_share_a_place():
    layout = lay_out(SPEC, SIZES)
    for phase in layout.phases:
        places = [place for _, place in phase]
        assert len(set(places)) == len(places)
        assert all(place % ALIGNMENT == 0 and place < layout.end for place in places)


def test_a_memory_that_looks_back_less_far_has_fewer_slots():
    phases = [dict(phase) for phase in lay_out(SPEC, SIZES).phases]
    places = [len({phase[memory.newest] for phase in phases}) for memory in SPEC.memories]
    assert places == [5, 10]
