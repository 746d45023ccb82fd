"""Where the slots of one stream lie, and which of them a phase reads and writes."""

import pytest

from models.engines.ring_layout import ALIGNMENT, lay_out
from models.spec import MemorySpec, ModelSpec

SPEC = ModelSpec(
    "small", ("a", "b"), 4, 4, (0.0,) * 3, (1.0,) * 3, 12.0,
    (MemorySpec("near", (1, 2, 4, 4), (2, 4)), MemorySpec("far", (1, 3, 2, 2), (4, 8))), 13, 4,
)  # fmt: skip
SIZES = dict.fromkeys((*SPEC.inputs, *SPEC.outputs), 100)


@pytest.mark.parametrize(("lag_divisor", "slots", "back"), [(1, 9, {2: 2, 4: 4, 8: 8}), (2, 5, {2: 1, 4: 2, 8: 4})])
def test_a_lag_is_read_where_it_was_written_so_many_steps_ago(lag_divisor, slots, back):
    phases = [dict(phase) for phase in lay_out(SPEC, SIZES, lag_divisor).phases]
    assert len(phases) == slots
    for step in range(slots, 3 * slots):
        now = phases[step % slots]
        for memory in SPEC.memories:
            for lag in memory.lags:
                assert now[memory.past(lag)] == phases[(step - back[lag]) % slots][memory.newest]


def test_no_two_tensors_of_a_phase_share_a_place():
    layout = lay_out(SPEC, SIZES)
    for phase in layout.phases:
        places = [place for _, place in phase]
        assert len(set(places)) == len(places)
        assert all(place % ALIGNMENT == 0 and place < layout.end for place in places)
