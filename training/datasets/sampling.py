"""The frames of a clip that a network is given: spread over the clip, or at a fixed distance."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Indices = NDArray[np.int64]


class Sampling(Protocol):
    """Chooses frames of a clip."""

    def __call__(self, frames: int, rng: Generator) -> Indices:
        """Indices of the chosen frames, int64 [T], out of `frames`."""


@dataclass(frozen=True, slots=True)
class Segments:
    """One frame of each of `count` equal segments; frames repeat if there are fewer than segments.

    From temporal segment networks (Wang et al., ECCV 2016).
    """

    count: int
    views: int | None = None
    """None draws frames at random, for training; else the number of evenly spaced views, concatenated."""

    def __call__(self, frames: int, rng: Generator) -> Indices:
        """Indices int64 [count], or [views * count]; non-decreasing within a view."""
        if self.views is None:
            places = rng.random((1, self.count))
        else:
            places = ((np.arange(self.views) + 0.5) / self.views)[:, None]
        indices = ((np.arange(self.count) + places) * frames / self.count).astype(np.int64)
        return np.minimum(indices, frames - 1).reshape(-1)  # rounding may yield the frame after the last


@dataclass(frozen=True, slots=True)
class Dense:
    """Frames at a distance of `stride`; if the clip is too short, its last frame repeats.

    As in I3D and non-local networks (Wang et al., CVPR 2018).
    """

    count: int
    stride: int
    views: int | None = None
    """As in `Segments`."""

    def __call__(self, frames: int, rng: Generator) -> Indices:
        """Indices int64 [count], or [views * count]; non-decreasing within a view."""
        room = max(0, frames - (self.count - 1) * self.stride - 1)
        if self.views is None:
            starts = rng.integers(room + 1, size=1)
        else:
            starts = np.linspace(0, room, self.views).astype(np.int64) if self.views > 1 else np.array([room // 2])
        indices = starts[:, None] + self.stride * np.arange(self.count, dtype=np.int64)
        return np.minimum(indices, frames - 1).reshape(-1)
