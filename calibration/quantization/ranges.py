"""Ranges: which values a tensor takes, and the scale that loses least of them."""

import numpy as np
from numpy.typing import NDArray

BINS = 2048
LEVELS = 127
"""INT8 here is symmetric, -127..127 and zero at zero, as TensorRT wants it."""
SAMPLE = 4096
"""Values counted of one array at the most, evenly spread; the largest is looked for among all."""
TRIALS = np.linspace(0.3, 1.0, 71)
"""Where to clip, as a share of the largest value."""


class Histogram:
    """How often each magnitude came. It widens as larger values come; zeros are not counted, for they are exact."""

    def __init__(self) -> None:
        self._counts: NDArray[np.int64] = np.zeros(BINS, np.int64)
        self._limit = 0.0
        self.largest = 0.0
        """The largest magnitude."""

    def add(self, values: NDArray[np.float32]) -> None:
        """Count the magnitudes of an array."""
        self.largest = max(self.largest, float(values.max()), -float(values.min()))
        if self.largest == 0:
            return
        self._widen()
        sample = values.reshape(-1)[:: max(1, values.size // SAMPLE)]
        sizes = np.abs(sample[sample != 0], dtype=np.float64)
        bins = np.minimum((sizes * (BINS / self._limit)).astype(np.intp), BINS - 1)
        self._counts += np.bincount(bins, minlength=BINS)

    def scale(self) -> float:
        """The step of the INT8 grid with the least squared error; what lies beyond its ends is clipped."""
        if self.largest == 0:
            return 1.0
        middles = (np.arange(BINS, dtype=np.float64) + 0.5) * np.float64(self._limit / BINS)
        scales = [float(trial) * self.largest / LEVELS for trial in TRIALS]
        errors = [float(self._counts @ (middles - _rounded(middles, scale)) ** 2) for scale in scales]
        return scales[int(np.argmin(errors))]

    def _widen(self) -> None:
        """Double the limit until the largest value fits; neighbouring bins become one."""
        self._limit = self._limit or self.largest
        while self._limit < self.largest:
            self._limit *= 2
            self._counts = np.append(self._counts.reshape(-1, 2).sum(axis=1), np.zeros(BINS // 2, np.int64))


def _rounded(values: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    return np.asarray(np.minimum(np.round(values / scale), LEVELS) * scale)
