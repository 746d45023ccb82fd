"""Windows: a few seconds of embeddings as one vector that keeps their order in time."""

from collections.abc import Iterator

import numpy as np

from common.arrays import Floats

SEGMENTS = 3
SEGMENT_S = 1.0
"""A window is the newest seconds, each averaged: what came first and what came last stay apart."""


def window_steps(rate_hz: float) -> int:
    """How many steps a window looks back on."""
    return SEGMENTS * round(SEGMENT_S * rate_hz)


def pooled(recent: Floats, steps: int) -> Floats:
    """Average the newest steps second by second.

    Args:
        recent: float32 [T, width], oldest first, T >= 1. Fewer than `steps` are a stream that began lately: seconds
            that are not there are as the oldest step was.
        steps: of a whole window.

    Returns:
        float32 [SEGMENTS * width], the oldest second first.
    """
    missing = steps - len(recent)
    if missing > 0:
        recent = np.concatenate([np.repeat(recent[:1], missing, axis=0), recent])
    seconds = recent[-steps:].reshape(SEGMENTS, -1, recent.shape[1])
    flat: Floats = seconds.mean(axis=1, dtype=np.float32).reshape(-1)
    return flat


def windows(stream: Floats, steps: int) -> Iterator[Floats]:
    """The window that ends at each step of a stream [T, width]."""
    for end in range(1, len(stream) + 1):
        yield pooled(stream[max(0, end - steps) : end], steps)
