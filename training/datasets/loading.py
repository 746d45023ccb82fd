"""Clips and streams for a DataLoader: the same ones for any number of workers, broken clips skipped and counted."""

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
from training.datasets.base import BrokenClip, Clip, Index, read_frames
from training.datasets.sampling import Indices, Sampling
from training.datasets.transforms import Transform
from training.recordings import DataError, steps_of

NO_LABEL = -1
"""Do not score."""
UNTOLD = 0.5
"""The share of a clip at its beginning in which nobody could name it yet."""
TOLD = 3
"""How many broken clips a report names."""


def start_worker(_worker: int) -> None:
    """A DataLoader's `worker_init_fn`: OpenCV's threads do not survive a fork, and the cores are shared out already."""
    cv2.setNumThreads(0)


def dead_reader(error: BaseException) -> RuntimeError | None:
    """The error that says that a DataLoader's worker died, if this error is it or came after it.

    torch raises it from a signal handler, so in the middle of anything. What was running then may fail with an error of
    its own, for example the writer of a checkpoint.
    """
    found: BaseException | None = error
    while found is not None and not (isinstance(found, RuntimeError) and "DataLoader worker" in str(found)):
        found = found.__cause__ or found.__context__
    return found


@contextmanager
def readers_watched(advice: str) -> Iterator[None]:
    """Report in one line, with advice, that a process that reads clips died.

    Raises:
        DataError: one died.
    """
    try:
        yield
    except Exception as error:
        death = dead_reader(error)
        if death is None:
            raise
        raise DataError(f"a process that reads clips died ({first_line(death)}); {advice}") from error


class _Shuffled(Dataset[tuple[Tensor, Tensor]]):
    """What clips and streams share: the epoch, and which clips are broken, seen by all workers.

    Args:
        index: the clips.
        transform: what is done to each clip's pictures.
        seed: of everything that is drawn.

    Raises:
        DataError: the index is empty.
    """

    def __init__(self, index: Index, transform: Transform, seed: int) -> None:
        if not index.clips:
            raise DataError(f"no clip in the {index.split} split of {index.dataset}; prepare the data set anew")
        self.index = index
        self._transform = transform
        self._seed = seed
        # In shared memory: workers that live on hear of the next epoch, and what they find broken is known here.
        self._epoch = torch.zeros((), dtype=torch.int64).share_memory_()
        self._broken = torch.zeros(len(index.clips), dtype=torch.bool).share_memory_()

    def set_epoch(self, epoch: int) -> None:
        """Draw anew from now on, and forget which clips were broken. Call it before a DataLoader is gone through."""
        self._epoch.fill_(epoch)
        self._broken.zero_()

    @property
    def broken(self) -> tuple[Clip, ...]:
        """The clips of this epoch that could not be read."""
        return tuple(self.index.clips[int(number)] for number in self._broken.nonzero())

    def report(self) -> str | None:
        """A line about the clips that were skipped in this epoch; None if there were none."""
        ids = [clip.id for clip in self.broken]
        if not ids:
            return None
        return f"{len(ids)} broken clips were skipped: {', '.join(ids[:TOLD])}{', ...' if len(ids) > TOLD else ''}"

    def _rng(self, *item: int) -> Generator:
        return default_rng((self._seed, int(self._epoch), *item))

    def _read(self, number: int, frames: Indices) -> Image | None:
        """A clip's pictures; None if it is broken, which is noted."""
        try:
            return read_frames(self.index.clips[number], frames.tolist(), self._transform.shortest)
        except BrokenClip:
            self._broken[number] = True
            return None

    def _none_left(self) -> DataError:
        return DataError(f"every clip of {self.index.dataset} is broken; prepare the data set anew")


def _label(clip: Clip) -> int:
    return NO_LABEL if clip.label is None else clip.label


class ClipSet(_Shuffled):
    """Some frames of a clip and its label: uint8 [T, 3, H, W] and int64 [], -1 where it has none.

    A clip that is broken gives way to the next one.
    """

    def __init__(self, index: Index, sampling: Sampling, transform: Transform, seed: int = 0) -> None:
        super().__init__(index, transform, seed)
        self._sampling = sampling

    def __len__(self) -> int:
        """How many clips."""
        return len(self.index.clips)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        """A clip, drawn by (seed, epoch, item).

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


class StreamSet(_Shuffled):
    """Clips one after another, seen at a model's rate: uint8 [T, 3, H, W] and a label a step, int64 [T].

    Steps in which nobody could name the clip yet, the first half of each, have the label -1: do not score. An epoch
    shuffles the clips and begins a stream with each k-th of them, where k clips make up a stream on average.

    Args:
        index: the clips.
        transform: what is done to each clip's pictures; it draws anew for each.
        steps: length T of a stream.
        rate_hz: steps a second; clips are resampled to it by time stamp, as the app does it.
        seed: of everything that is drawn.
        untold: the share of each clip, at its beginning, that has no label.
    """

    def __init__(
        self, index: Index, transform: Transform, steps: int, rate_hz: float, seed: int = 0, untold: float = UNTOLD
    ) -> None:
        super().__init__(index, transform, seed)
        self._steps = steps
        self._rate_hz = rate_hz
        self._untold = untold
        seconds = sum(clip.frames / clip.fps for clip in index.clips) / len(index.clips)
        self._stride = max(1, int(steps / (seconds * rate_hz)))

    def __len__(self) -> int:
        """How many streams an epoch has."""
        return math.ceil(len(self.index.clips) / self._stride)

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        """A stream, drawn by (seed, epoch, item).

        Raises:
            DataError: every clip is broken.
        """
        _check(item, len(self))
        order, rng = self._rng().permutation(len(self.index.clips)), self._rng(item + 1)
        pictures: list[Image] = []
        labels: list[Indices] = []
        position, left = item * self._stride, self._steps
        while left > 0:
            shown = self._show(int(order[position % len(order)]), left, rng)
            position += 1
            if shown is not None:
                pictures.append(shown[0])
                labels.append(shown[1])
                left -= len(shown[1])
            elif self._broken.all():
                raise self._none_left()
        return _tensor(np.concatenate(pictures)), torch.from_numpy(np.concatenate(labels))

    def _show(self, number: int, left: int, rng: Generator) -> tuple[Image, Indices] | None:
        """A clip from its beginning, as many steps as are left, and their labels; None if it is broken."""
        clip = self.index.clips[number]
        steps = np.array(steps_of(clip.frames, clip.fps, self._rate_hz), np.int64)
        read = self._read(number, steps[:left])
        if read is None:
            return None
        pictures, label = self._transform(read, _label(clip), rng)
        labels = np.full(len(steps), label, np.int64)
        labels[: int(self._untold * len(steps))] = NO_LABEL
        return pictures, labels[:left]


def _check(item: int, length: int) -> None:
    if not 0 <= item < length:
        raise IndexError(f"{item} of {length}")


def _tensor(pictures: Image) -> Tensor:
    """uint8 [T, H, W, 3] -> [T, 3, H, W]."""
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
