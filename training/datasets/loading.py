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
from models.spec import NO_GESTURE_LABELS
from training.datasets.base import BrokenClipError, Clip, Index, read_frames
from training.datasets.movement import nameable_steps
from training.datasets.sampling import Indices, Sampling
from training.datasets.step_labels import NO_LABEL, either
from training.datasets.transforms import Transform
from training.errors import DataError
from training.recording_list import steps_of

REST = NO_GESTURE_LABELS[0]
"""The label of a person who rests."""
TAIL_S = 0.5
"""How long after a gesture its label is still the right answer."""
REST_GRACE_S = 1.0
"""How long a rest after a gesture may still be answered with its label."""
MAX_PIECE_S = 4.0
"""The longest piece of a clip without a gesture that is played at once."""
MAX_NAMES = 3
"""How many broken clips a report names."""


def start_worker(_worker: int) -> None:
    """A DataLoader's `worker_init_fn`: OpenCV's threads do not survive a fork, and the cores are shared out already."""
    cv2.setNumThreads(0)


def worker_death(error: BaseException) -> RuntimeError | None:
    """The error that says that a DataLoader's worker died, if this error is it or came after it.

    torch raises it from a signal handler, so in the middle of anything. What was running then may fail with an error of
    its own, for example the writer of a checkpoint.
    """
    found: BaseException | None = error
    while found is not None and not (isinstance(found, RuntimeError) and "DataLoader worker" in str(found)):
        found = found.__cause__ or found.__context__
    return found


@contextmanager
def worker_deaths_reported(advice: str) -> Iterator[None]:
    """Report in one line, with advice, that a process that reads clips died.

    Raises:
        DataError: one died.
    """
    try:
        yield
    except Exception as error:
        death = worker_death(error)
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
        more = ", ..." if len(ids) > MAX_NAMES else ""
        return f"{len(ids)} broken clips were skipped: {', '.join(ids[:MAX_NAMES])}{more}"

    def _rng(self, *item: int) -> Generator:
        return default_rng((self._seed, int(self._epoch), *item))

    def _read(self, number: int, frames: Indices) -> Image | None:
        """A clip's pictures; None if it is broken, which is noted."""
        try:
            return read_frames(self.index.clips[number], frames.tolist(), self._transform.shortest)
        except BrokenClipError:
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
    """Clips one after another with rest between, as a model sees them: uint8 [T, 3, H, W], labels int64 [T].

    A rest is the first or last picture of a clip, standing still. Its label is "No gesture", where the index has that.
    Within a clip its label is the right one from where the gesture can be named until shortly after it is over
    (`movement`); at the other steps, and in the first second of the rest behind it, either that label or "No gesture"
    is right (`step_labels`). Of a long clip without a gesture a piece is played. An epoch shuffles the clips and begins
    a stream with each k-th of them, where k clips make up a stream on average.

    Args:
        index: the clips.
        transform: what is done to each clip's pictures; it draws anew for each.
        steps: length T of a stream.
        rate_hz: steps a second; clips are resampled to it by time stamp, as the app does it.
        seed: of everything that is drawn.
        rest_s: the longest rest before and after a gesture; one in three rests is left out.
        tempo: clips are played up to so many times faster or slower.
        least: streams that an epoch has at the least; few clips are played several times in it.
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
        seconds = sum(self._usual_s(clip) for clip in index.clips) / len(index.clips)
        self._stride = max(1, int(steps / (seconds * rate_hz)))

    def _usual_s(self, clip: Clip) -> float:
        """How long a clip is played on average, with its rests."""
        length_s = clip.frames / clip.fps
        return min(length_s, MAX_PIECE_S) if clip.label in self._idle else length_s + 2 * self._rest_s / 3

    def __len__(self) -> int:
        """How many streams an epoch has."""
        return max(self._least, math.ceil(len(self.index.clips) / self._stride))

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
            shown = self._show(int(order[position % len(order)]), rng)
            position += 1
            if shown is not None:
                pictures.append(shown[0][:left])
                labels.append(shown[1][:left])
                left -= len(shown[1])
            elif self._broken.all():
                raise self._none_left()
        return _tensor(np.concatenate(pictures)), torch.from_numpy(np.concatenate(labels))

    def _show(self, number: int, rng: Generator) -> tuple[Image, Indices] | None:
        """A clip with its rests, and the labels of all steps; None if it is broken."""
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
        shown = np.concatenate([pictures[:1].repeat(before, 0), pictures, pictures[-1:].repeat(after, 0)])
        return shown, self._labels(label, before, nameable_steps(read), len(pictures), after)

    def _piece(self, steps: Indices, rng: Generator) -> Indices:
        """As many steps of a clip as are played at once, from a place that is drawn."""
        length = min(len(steps), round(MAX_PIECE_S * self._rate_hz))
        first = int(rng.integers(len(steps) - length + 1))
        return steps[first : first + length]

    def _rest_steps(self, rng: Generator) -> int:
        return round(max(0.0, rng.uniform(-self._rest_s / 2, self._rest_s)) * self._rate_hz)

    def _labels(self, label: int, before: int, nameable: range, length: int, after: int) -> Indices:
        """The labels of a gesture's clip of this length, and of so many steps of rest around it."""
        rest, classes = self._rest_label, len(self.index.labels)
        unsure = NO_LABEL if rest == NO_LABEL else either(label, rest, classes)
        labels = np.full(before + length + after, unsure, np.int64)
        labels[:before] = rest
        labels[before + length + round(REST_GRACE_S * self._rate_hz) :] = rest
        lingers = round(TAIL_S * self._rate_hz)
        labels[before + nameable.start : before + min(nameable.stop + lingers, length)] = label
        return labels


def _check(item: int, length: int) -> None:
    if not 0 <= item < length:
        raise IndexError(f"{item} of {length}")


def _tensor(pictures: Image) -> Tensor:
    """uint8 [T, H, W, 3] -> [T, 3, H, W]."""
    return torch.from_numpy(np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)))
