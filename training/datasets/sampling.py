"""Which frames of a clip a network sees: spread over the whole of it, or close together."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Indices = NDArray[np.int64]


class Sampling(Protocol):
    """How to choose frames of a clip."""

    def __call__(self, frames: int, rng: Generator) -> Indices:
        """Choose among so many frames, int64 [T]."""


def segments(frames: int, count: int, rng: Generator | None = None) -> Indices:
    """Cut a clip into equal segments and take a frame of each, at random or, for testing, its middle one.

    A clip of fewer frames than segments repeats frames. From temporal segment networks (Wang et al., ECCV 2016).

    Returns:
        int64 [count], never falling.
    """
    return _within(frames, count, np.full(count, 0.5) if rng is None else rng.random(count))


def segment_views(frames: int, count: int, views: int) -> Indices:
    """Several ways to take a frame of each segment, evenly spread within the segments, int64 [views, count]."""
    places = (np.arange(views) + 0.5) / views
    return np.stack([_within(frames, count, np.full(count, place)) for place in places])


def _within(frames: int, count: int, places: NDArray[np.float64]) -> Indices:
    """The frame at a place, 0..1, of each segment."""
    indices = ((np.arange(count) + places) * frames / count).astype(np.int64)
    return np.minimum(indices, frames - 1)  # rounding may reach the frame after the last


def dense(frames: int, count: int, stride: int, rng: Generator | None = None) -> Indices:
    """Take every stride-th frame from a place on, at random or, for testing, so that they lie in the middle.

    A clip that is too short goes on with its last frame. As in I3D and non-local networks (Wang et al., CVPR 2018).

    Returns:
        int64 [count], never falling.
    """
    room = _room(frames, count, stride)
    return _from(room // 2 if rng is None else int(rng.integers(room + 1)), frames, count, stride)


def dense_views(frames: int, count: int, stride: int, views: int) -> Indices:
    """Several dense samples, evenly spread over the clip, int64 [views, count]."""
    room = _room(frames, count, stride)
    starts = np.linspace(0, room, views).astype(np.int64) if views > 1 else [room // 2]
    return np.stack([_from(int(start), frames, count, stride) for start in starts])


def _room(frames: int, count: int, stride: int) -> int:
    return max(0, frames - (count - 1) * stride - 1)


def _from(start: int, frames: int, count: int, stride: int) -> Indices:
    return np.minimum(start + stride * np.arange(count, dtype=np.int64), frames - 1)


@dataclass(frozen=True, slots=True)
class Segments:
    """Frames spread over the whole clip."""

    count: int
    views: int | None = None
    """None draws them at random, for training; else so many evenly spread choices, one behind the other."""

    def __call__(self, frames: int, rng: Generator) -> Indices:
        """Choose among so many frames, int64 [count], or [views * count]."""
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
        """Choose among so many frames, int64 [count], or [views * count]."""
        if self.views is None:
            return dense(frames, self.count, self.stride, rng)
        return dense_views(frames, self.count, self.stride, self.views).reshape(-1)
