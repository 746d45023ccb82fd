"""Data sets of clips and streams for a DataLoader. Broken clips are skipped and counted.

Items depend on seed, epoch and index only, not on the number of workers.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import torch
from numpy.random import Generator, default_rng
from torch import Tensor
from torch.utils.data import Dataset

from common.errors import first_line
from models.frame import Image
from models.spec import NO_GESTURE_LABELS
from training.datasets.base import BrokenClipError, Clip, Index, read_frames
from training.datasets.movement import nameable_steps
from training.datasets.sampling import Indices, Sampling
from training.datasets.step_labels import NO_LABEL, either
from training.datasets.transforms import Transform
from training.errors import DataError
from training.recording_list import steps_of

REST = NO_GESTURE_LABELS[0]
"""The label of rest."""
TAIL_S = 0.5
"""Time after the end of a gesture, within its clip, in which its label is the only correct one."""
REST_GRACE_S = 1.0
"""Time of the rest after a gesture's clip in which its label is correct, too."""
MAX_PIECE_S = 4.0
"""Longest piece of a clip without a gesture in a stream."""


def start_worker(_worker: int) -> None:
    """A DataLoader's `worker_init_fn`: disables OpenCV's threads, which do not survive a fork."""
    cv2.setNumThreads(0)


def worker_death(error: BaseException) -> RuntimeError | None:
    """The error "DataLoader worker died" in the chain of causes of an error, or None.

    torch raises it from a signal handler, so the code that was running, such as the writer of a checkpoint, may have
    raised another error from it.
    """
    found: BaseException | None = error
    while found is not None and not (isinstance(found, RuntimeError) and "DataLoader worker" in str(found)):
        found = found.__cause__ or found.__context__
    return found


@contextmanager
def worker_deaths_reported(advice: str) -> Iterator[None]:
    """Turn the death of a DataLoader's worker into an error of one line, with advice.

    Raises:
        DataError: a worker died.
    """
    try:
        yield
    except Exception as error:
        death = worker_death(error)
        if death is None:
            raise
        raise DataError(f"a process that reads clips died ({first_line(death)}); {advice}") from error


class _EpochDataset(Dataset[tuple[Tensor, Tensor]]):
    """Base of clips and streams: the epoch and the broken clips, shared with all workers.

    Args:
        index: the clips.
        transform: applied to the pictures of each clip.
        seed: of all random numbers.

    Raises:
        DataError: the index is empty.
    """

    def __init__(self, index: Index, transform: Transform, seed: int) -> None:
        if not index.clips:
            raise DataError(f"no clip in the {index.split} split of {index.dataset}; prepare the data set again")
        self.index = index
        self._transform = transform
        self._seed = seed
        # In shared memory: persistent workers read the epoch, and report broken clips.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()
        self._broken = torch.zeros(len(index.clips), dtype=torch.bool).share_memory_()

    def set_epoch(self, epoch: int) -> None:
        """Select the epoch and clear the broken clips. Call it before iterating over a DataLoader."""
        self._epoch.fill_(epoch)
        self._broken.zero_()

    @property
    def broken(self) -> tuple[Clip, ...]:
        """The clips of this epoch that could not be read."""
        return tuple(self.index.clips[int(number)] for number in self._broken.nonzero())

    def _rng(self, *item: int) -> Generator:
        return default_rng((self._seed, int(self._epoch), *item))

    def _read(self, number: int, frames: Indices) -> Image | None:
        """A clip's pictures; None if it is broken, which is recorded."""
        try:
            return read_frames(self.index.clips[number], frames.tolist(), self._transform.shortest)
        except BrokenClipError:
            self._broken[number] = True
            return None

    def _none_left(self) -> DataError:
        return DataError(f"every clip of {self.index.dataset} is broken; prepare the data set again")


def _label(clip: Clip) -> int:
    return NO_LABEL if clip.label is None else clip.label


class ClipSet(_EpochDataset):
    """Frames of a clip, uint8 [T, 3, H, W], and its label, int64 [], -1 if unknown.

    A broken clip is replaced by the next one.
    """

    def __init__(self, index: Index, sampling: Sampling, transform: Transform, seed: int = 0) -> None:
        super().__init__(index, transform, seed)
        self._sampling = sampling

    def __len__(self) -> int:
        return len(self.index.clips)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        """The clip of an index, sampled by (seed, epoch, item).

        Raises:
            DataError: every clip is broken.
        """
        _check(item, len(self))
        rng = self._rng(item + 1)
        for number in range(item, item + len(self)):
            clip = self.index.clips[number % len(self)]
            pictures = self._read(number % len(self), self._sampling(clip.frames, rng))
            if pictures is not None:
                pictures, label = self._transform(pictures, _label(clip), rng)
                return _tensor(pictures), torch.tensor(label)
        raise self._none_left()


class StreamSet(_EpochDataset):
    """Streams of clips with rests between them: uint8 [T, 3, H, W], labels int64 [T].

    A rest repeats the first or last picture of a clip. Its label is "No gesture", if the index has that. Within a clip
    its label is correct from where the gesture can be named until `TAIL_S` after it is over (`movement`). At the other
    steps, and in the first `REST_GRACE_S` of the rest after it, that label and "No gesture" are both correct
    (`step_labels`). Of a clip without a gesture a piece of up to `MAX_PIECE_S` is used. An epoch shuffles the clips and
    starts a stream at every k-th one, where a stream holds k clips on average.

    Args:
        index: the clips.
        transform: applied to the pictures of each clip.
        steps: length T of a stream.
        rate_hz: steps per second; clips are resampled by time stamp, as in the app.
        seed: of all random numbers.
        rest_s: longest rest before and after a gesture; one rest in three is omitted.
        tempo: largest factor by which clips are played faster or slower.
        least: minimum number of streams per epoch; few clips are used several times.
    """

    def __init__(
        self,
        index: Index,
        transform: Transform,
        steps: int,
        rate_hz: float,
        seed: int = 0,
        rest_s: float = 0.0,
        tempo: float = 1.0,
        least: int = 0,
    ) -> None:
        super().__init__(index, transform, seed)
        self._steps = steps
        self._rate_hz = rate_hz
        self._rest_s = rest_s
        self._tempo = tempo
        self._least = least
        self._idle = [k for k, label in enumerate(index.labels) if label in NO_GESTURE_LABELS]
        self._rest_label = index.labels.index(REST) if REST in index.labels else NO_LABEL
        seconds = sum(self._mean_duration_s(clip) for clip in index.clips) / len(index.clips)
        self._stride = max(1, int(steps / (seconds * rate_hz)))

    def _mean_duration_s(self, clip: Clip) -> float:
        """Expected duration of a clip in a stream, with its rests."""
        length_s = clip.frames / clip.fps
        return min(length_s, MAX_PIECE_S) if clip.label in self._idle else length_s + 2 * self._rest_s / 3

    def __len__(self) -> int:
        """Streams per epoch."""
        return max(self._least, math.ceil(len(self.index.clips) / self._stride))

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        """The stream of an index, sampled by (seed, epoch, item).

        Raises:
            DataError: every clip is broken.
        """
        _check(item, len(self))
        order, rng = self._rng().permutation(len(self.index.clips)), self._rng(item + 1)
        pictures: list[Image] = []
        labels: list[Indices] = []
        position, left = item * self._stride, self._steps
        while left > 0:
            part = self._part(int(order[position % len(order)]), rng)
            position += 1
            if part is not None:
                pictures.append(part[0][:left])
                labels.append(part[1][:left])
                left -= len(part[1])
            elif self._broken.all():
                raise self._none_left()
        return _tensor(np.concatenate(pictures)), torch.from_numpy(np.concatenate(labels))

    def _part(self, number: int, rng: Generator) -> tuple[Image, Indices] | None:
        """A clip with its rests, and the labels of its steps; None if it is broken."""
        clip = self.index.clips[number]
        idle = clip.label in self._idle
        steps = np.array(steps_of(clip.frames, clip.fps * self._tempo ** rng.uniform(-1, 1), self._rate_hz), np.int64)
        read = self._read(number, self._piece(steps, rng) if idle else steps)
        if read is None:
            return None
        pictures, label = self._transform(read, _label(clip), rng)
        if idle or label == NO_LABEL:
            return pictures, np.full(len(pictures), label, np.int64)
        before, after = (self._rest_steps(rng) for _ in range(2))
        with_rests = np.concatenate([pictures[:1].repeat(before, 0), pictures, pictures[-1:].repeat(after, 0)])
        return with_rests, self._labels(label, before, nameable_steps(read), len(pictures), after)

    def _piece(self, steps: Indices, rng: Generator) -> Indices:
        """A random piece of a clip's steps, of `MAX_PIECE_S` at most."""
        length = min(len(steps), round(MAX_PIECE_S * self._rate_hz))
        first = int(rng.integers(len(steps) - length + 1))
        return steps[first : first + length]

    def _rest_steps(self, rng: Generator) -> int:
        return round(max(0.0, rng.uniform(-self._rest_s / 2, self._rest_s)) * self._rate_hz)

    def _labels(self, label: int, before: int, nameable: range, length: int, after: int) -> Indices:
        """The labels of a gesture's clip of `length` steps, and of the rests `before` and `after` it."""
        rest, classes = self._rest_label, len(self.index.labels)
        both = NO_LABEL if rest == NO_LABEL else either(label, rest, classes)
        labels = np.full(before + length + after, both, np.int64)
        labels[:before] = rest
        labels[before + length + round(REST_GRACE_S * self._rate_hz) :] = rest
        tail = round(TAIL_S * self._rate_hz)
        labels[before + nameable.start : before + min(nameable.stop + tail, length)] = label
        return labels


def _check(item: int, length: int) -> None:
    if not 0 <= item < length:
        raise IndexError(f"{item} of {length}")


def _tensor(pictures: Image) -> Tensor:
    """uint8 [T, H, W, 3] -> [T, 3, H, W]."""
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
