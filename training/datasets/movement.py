"""The steps at which the gesture of a clip can be named, found from the clip's movement."""

import numpy as np

from models.frame import Image

START_SHARE, END_SHARE = 0.5, 0.95
"""Shares of a clip's cumulated movement from which its gesture can be named, and from which it is over."""
NOISE_QUANTILE = 0.2
"""Share of the steps, those with least movement, that are assumed to show noise only."""


def nameable_steps(pictures: Image) -> range:
    """The steps of a clip, uint8 [T, H, W, 3], from where its gesture can be named to where it is over; at least one.

    Movement is the mean absolute difference between successive pictures, less a noise level. If all steps move equally,
    or none moves, the result is the second half of the clip.
    """
    total = np.cumsum(_movement(pictures))
    if not total[-1]:
        total = np.arange(1.0, len(pictures) + 1)
    first, last = np.searchsorted(total, np.array([START_SHARE, END_SHARE]) * total[-1])
    return range(int(first), int(last) + 1)


def _movement(pictures: Image) -> np.ndarray:
    """The movement of each step, [T]."""
    moved = np.zeros(len(pictures))
    for step in range(1, len(pictures)):
        moved[step] = np.abs(pictures[step].astype(np.int16) - pictures[step - 1]).mean()
    if len(pictures) == 1:
        return moved
    # Constant movement is not noise: the level is at most half of the largest movement.
    return np.maximum(moved - min(np.quantile(moved[1:], NOISE_QUANTILE), moved.max() / 2), 0)
