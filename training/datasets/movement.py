"""When the gesture of a clip can be named: told by how much of the clip's movement has been seen."""

import numpy as np

from models.frame import Image

START_SHARE, END_SHARE = 0.5, 0.95
"""The shares of a clip's movement after which its gesture can be named, and after which it is over."""
NOISE_QUANTILE = 0.2
"""The share of the steps that is taken to show nothing but noise."""


def nameable_steps(pictures: Image) -> range:
    """The steps of a clip, uint8 [T, H, W, 3], from where its gesture can be named to where it is over; one at least.

    Movement is the mean absolute difference from one picture to the next, less that of the stillest steps. Where all
    steps move alike, or none does, that is the second half of the clip.
    """
    seen = np.cumsum(_movement(pictures))
    if not seen[-1]:
        seen = np.arange(1.0, len(pictures) + 1)
    first, last = np.searchsorted(seen, np.array([START_SHARE, END_SHARE]) * seen[-1])
    return range(int(first), int(last) + 1)


def _movement(pictures: Image) -> np.ndarray:
    """How much moves at each step, [T]."""
    moved = np.zeros(len(pictures))
    for step in range(1, len(pictures)):
        moved[step] = np.abs(pictures[step].astype(np.int16) - pictures[step - 1]).mean()
    if len(pictures) == 1:
        return moved
    # What moves all the time is no noise: where the stillest steps move nearly as much as any, half of it counts.
    return np.maximum(moved - min(np.quantile(moved[1:], NOISE_QUANTILE), moved.max() / 2), 0)
