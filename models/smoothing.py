"""Smoothing: an exponential average over time."""

import math

import numpy as np
from numpy.typing import NDArray


class Smoothing:
    """Averages values over time, also with irregular intervals.

    Args:
        smooth_s: time constant in seconds; 0 turns it off.
    """

    def __init__(self, smooth_s: float) -> None:
        self._smooth_s = smooth_s
        self.reset()

    def reset(self) -> None:
        self._smoothed: NDArray[np.float32] | None = None
        self._time_s = -math.inf

    def update(self, values: NDArray[np.float32], time_s: float) -> NDArray[np.float32]:
        """Take values of any shape; return their average up to now."""
        if self._smoothed is None or self._smooth_s == 0:
            self._smoothed = values.astype(np.float32)
        else:
            weight = np.float32(1 - math.exp(-(time_s - self._time_s) / self._smooth_s))
            self._smoothed = self._smoothed + weight * (values - self._smoothed)
        self._time_s = time_s
        return self._smoothed
