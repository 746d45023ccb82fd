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


def segments(frames: int, count: int, rng: Generator | None = None) -> Indices:
    """One frame of each of `count` equal segments: at random, or the middle one without `rng`.

    Frames repeat if there are fewer than segments. From temporal segment networks (Wang et al., ECCV 2016).

    Returns:
        int64 [count], non-decreasing.
    """
    return _within(frames, count, np.full(count, 0.5) if rng is None else rng.random(count))


def segment_views(frames: int, count: int, views: int) -> Indices:
    """Several views, int64 [views, count], at evenly spaced positions within the segments."""
    places = (np.arange(views) + 0.5) / views
    return np.stack([_within(frames, count, np.full(count, place)) for place in places])


def _within(frames: int, count: int, places: NDArray[np.float64]) -> Indices:
    """The frame at a relative position, 0..1, of each segment."""
    indices = ((np.arange(count) + places) * frames / count).astype(np.int64)
    return np.minimum(indices, frames - 1)  # rounding may yield the frame after the last


def dense(frames: int, count: int, stride: int, rng: Generator | None = None) -> Indices:
    """Every stride-th frame from a random start, or centred without `rng`.

    If the clip is too short, its last frame repeats. As in I3D and non-local networks (Wang et al., CVPR 2018).

    Returns:
        int64 [count], non-decreasing.
    """
    room = _room(frames, count, stride)
    return _from(room // 2 if rng is None else int(rng.integers(room + 1)), frames, count, stride)


def dense_views(frames: int, count: int, stride: int, views: int) -> Indices:
    """Several dense views, evenly spaced over the clip, int64 [views, count]."""
    room = _room(frames, count, stride)
    starts = np.linspace(0, room, views).astype(np.int64) if views > 1 else [room // 2]
    return np.stack([_from(int(start), frames, count, stride) for start in starts])


def _room(frames: int, count: int, stride: int) -> int:
    return max(0, frames - (count - 1) * stride - 1)


def _from(start: int, frames: int, count: int, stride: int) -> Indices:
    return np.minimum(start + stride * np.arange(count, dtype=np.int64), frames - 1)


@dataclass(frozen=True, slots=True)
class Segments:
    """Frames spread over the clip."""

    count: int
    views: int | None = None
    """None draws frames at random, for training; else the number of evenly spaced views, concatenated."""

    def __call__(self, frames: int, rng: Generator) -> Indices:
        """Indices int64 [count], or [views * count]."""
        if self.views is None:
            return segments(frames, self.count, rng)
        return segment_views(frames, self.count, self.views).reshape(-1)


@dataclass(frozen=True, slots=True)
class Dense:
    """Frames at a fixed distance."""

    count: int
    stride: int
    views: int | None = None
    """As in `Segments`."""

    def __call__(self, frames: int, rng: Generator) -> Indices:
        """Indices int64 [count], or [views * count]."""
        if self.views is None:
            return dense(frames, self.count, self.stride, rng)
        return dense_views(frames, self.count, self.stride, self.views).reshape(-1)
