"""At most so many actions within a second."""

import pytest

from app.control.limiter import Limiter


@pytest.mark.parametrize(("most", "allowed"), [(3, 30), (1, 10), (0.5, 5)])
def test_no_second_has_more(most, allowed):
    now = [0.0]
    limiter = Limiter(most, lambda: now[0])
    times = []
    for tick in range(1000):  # ten seconds
        now[0] = tick / 100
        if limiter.allows():
            times.append(now[0])
    assert len(times) == allowed
    window = max(1.0, 1 / most)
    assert all(sum(t <= s < t + window for s in times) <= max(1, most) for t in times)
