"""Ranges: a histogram of the values of a tensor, and the scale with the least error."""

import numpy as np
from numpy.typing import NDArray

BINS = 2048
LEVELS = 127
"""INT8 is symmetric, -127..127 with zero point 0, as TensorRT requires."""
MAX_SAMPLES = 4096
"""Values of an array that are counted, evenly spaced; its maximum is taken over all values."""
CLIP_SHARES = np.linspace(0.3, 1.0, 71)
"""Clipping limits to try, as shares of the largest value."""


class Histogram:
    """A histogram of magnitudes, whose range grows with the values. Zeros are exact and not counted."""

    def __init__(self) -> None:
        self._counts: NDArray[np.int64] = np.zeros(BINS, np.int64)
        self._limit = 0.0
        self.largest = 0.0
        """The largest magnitude so far."""

    def add(self, values: NDArray[np.float32]) -> None:
        """Count the magnitudes of an array."""
        self.largest = max(self.largest, float(values.max()), -float(values.min()))
        if self.largest == 0:
            return
        self._widen()
        sample = values.reshape(-1)[:: max(1, values.size // MAX_SAMPLES)]
        sizes = np.abs(sample[sample != 0], dtype=np.float64)
        bins = np.minimum((sizes * (BINS / self._limit)).astype(np.intp), BINS - 1)
        self._counts += np.bincount(bins, minlength=BINS)

    def scale(self) -> float:
        """The INT8 scale with the least squared error, including that of clipped values."""
        if self.largest == 0:
            return 1.0
        middles = (np.arange(BINS, dtype=np.float64) + 0.5) * np.float64(self._limit / BINS)
        scales = [float(trial) * self.largest / LEVELS for trial in CLIP_SHARES]
        errors = [float(self._counts @ (middles - _rounded(middles, scale)) ** 2) for scale in scales]
        return scales[int(np.argmin(errors))]

    def _widen(self) -> None:
        """Double the range until the largest value fits, by merging pairs of bins."""
        self._limit = self._limit or self.largest
        while self._limit < self.largest:
            self._limit *= 2
            self._counts = np.append(self._counts.reshape(-1, 2).sum(axis=1), np.zeros(BINS // 2, np.int64))


def _rounded(values: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    return np.asarray(np.minimum(np.round(values / scale), LEVELS) * scale)
