"""The number of actions per second is limited."""

import pytest

from app.control.limiter import Limiter


@pytest.mark.parametrize(("max_hz", "allowed"), [(3, 30), (1, 10), (0.5, 5)])
def test_no_window_has_more(max_hz, allowed):
    now = [0.0]
    limiter = Limiter(max_hz, lambda: now[0])
    times = []
    for tick in range(1000):  # ten seconds
        now[0] = tick / 100
        if limiter.allows():
            times.append(now[0])
    assert len(times) == allowed
    window = max(1.0, 1 / max_hz)
    assert all(sum(t <= s < t + window for s in times) <= max(1, max_hz) for t in times)
