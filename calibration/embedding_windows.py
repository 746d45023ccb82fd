"""Windows: the last seconds of embeddings as one vector that keeps their temporal order."""

from collections.abc import Iterator

import numpy as np

from common.arrays import Floats

SEGMENTS = 3
SEGMENT_S = 1.0
"""Length of a segment. Segments are averaged separately, so that a movement and its reverse differ."""


def window_steps(rate_hz: float) -> int:
    """The number of steps in a window."""
    return SEGMENTS * round(SEGMENT_S * rate_hz)


def pooled(recent: Floats, steps: int) -> Floats:
    """Average the last steps segment by segment.

    Args:
        recent: float32 [T, width], oldest first, T >= 1. If T is less than `steps`, the oldest step is repeated.
        steps: length of a window.

    Returns:
        float32 [SEGMENTS * width], the oldest segment first.
    """
    missing = steps - len(recent)
    if missing > 0:
        recent = np.concatenate([np.repeat(recent[:1], missing, axis=0), recent])
    seconds = recent[-steps:].reshape(SEGMENTS, -1, recent.shape[1])
    flat: Floats = seconds.mean(axis=1, dtype=np.float32).reshape(-1)
    return flat


def windows(stream: Floats, steps: int) -> Iterator[Floats]:
    """Yield the window that ends at each step of a stream, float32 [T, width]."""
    for end in range(1, len(stream) + 1):
        yield pooled(stream[max(0, end - steps) : end], steps)
