"""RateMeter: the rate of events in stream time."""

from collections import deque


class RateMeter:
    """Rate of events over the last few seconds of stream time."""

    def __init__(self, window_s: float = 2.0) -> None:
        self._window_s = window_s
        self._counts: deque[tuple[float, int]] = deque()

    def note(self, time_s: float, total: int) -> None:
        """Add a measurement: the total number of events at `time_s`."""
        if self._counts and time_s < self._counts[-1][0]:
            self._counts.clear()  # the stream started again
        self._counts.append((time_s, total))
        while time_s - self._counts[0][0] > self._window_s:
            self._counts.popleft()

    @property
    def hz(self) -> float:
        """Events per second; 0 until there are two measurements."""
        if len(self._counts) < 2:
            return 0.0
        (first_s, first), (last_s, last) = self._counts[0], self._counts[-1]
        return (last - first) / (last_s - first_s) if last_s > first_s else 0.0

    @property
    def span_s(self) -> float:
        """Time between the first and the last measurement within the window."""
        return self._counts[-1][0] - self._counts[0][0] if self._counts else 0.0
