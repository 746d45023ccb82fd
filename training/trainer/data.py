"""The data of a run: data sets by config, the order of clips, and DataLoaders."""

import os
import signal
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from training.datasets.base import Index, read_index
from training.datasets.loading import ClipSet, StreamSet, start_worker
from training.datasets.motions import LABELS as MOTION_LABELS
from training.datasets.motions import MotionSet
from training.datasets.sampling import Dense, Segments
from training.datasets.step_labels import NO_LABEL
from training.datasets.transforms import Augment, Centre, mirror_labels
from training.errors import DataError
from training.trainer.config import Config, DataConfig
from training.trainer.config_file import ConfigError
from training.trainer.distributed import Processes
from training.trainer.learner import Batch

Split = Literal["train", "val"]
MAX_IDS = 3
"""Broken clips that a report names at most."""


class EpochSet(Protocol):
    """A data set whose items depend on seed, epoch and index only."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> tuple[Tensor, Tensor]:
        """A clip, uint8 [T, 3, H, W], and its label, int64, [] or [T] with -1 where a step is not scored."""
        ...

    def set_epoch(self, epoch: int, /) -> None:
        """Select the epoch."""
        ...


def make_data(config: Config, split: Split) -> tuple[EpochSet, tuple[str, ...]]:
    """The data set of a split, and its labels.

    Raises:
        ConfigError: the data set does not support the config.
        DataError: its index is missing or damaged, or has no labels.
    """
    data = config.data
    if data.set == "motions":
        _check_motions(data)
        clips = data.clips if split == "train" else data.val_clips
        return MotionSet(split, config.seed, clips=clips, frames=data.frames, size=data.size), MOTION_LABELS
    index = read_index(index_path(data, data.train if split == "train" else data.val))
    if index.clips and all(clip.label is None for clip in index.clips):
        key = "train" if split == "train" else "val"
        raise DataError(f"the {index.split} split of {index.dataset} has no labels; give another split, data.{key}=...")
    return _indexed(index, data, config.seed, split == "train"), index.labels


def index_path(data: DataConfig, split: str) -> Path:
    """The path of a split's index."""
    return Path(os.path.expanduser(data.folder)) / f"{data.set}-{split}.jsonl"


def _check_motions(data: DataConfig) -> None:
    """Refuse options that the generated data set does not have."""
    if data.sampling != "segments":
        raise ConfigError(f'data.set="motions" has one sampling; got data.sampling="{data.sampling}", give "segments"')
    if data.flip:
        raise ConfigError('data.set="motions" has no mirroring; got data.flip=true, give data.flip=false')


class HeldOut(ClipSet):
    """Clips to validate on. A broken clip is replaced by the next one and not scored."""

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        """A clip and its label, -1 where it is broken."""
        pictures, label = super().__getitem__(item)
        return pictures, torch.tensor(NO_LABEL) if self._broken[item] else label


def _indexed(index: Index, data: DataConfig, seed: int, learnt: bool) -> EpochSet:
    """The data set of an index: random samples with augmentation for training, centred ones for validation."""
    mirror = mirror_labels(index.labels) if data.flip else None
    transform = Augment(data.size, mirror) if learnt else Centre(data.size)
    if data.sampling == "streams":
        rate_hz = data.rate_hz / data.every
        random = (data.tempo, data.streams) if learnt else (1.0, 0)
        return StreamSet(index, transform, data.frames, rate_hz, seed, data.rest_s, *random)
    views = None if learnt else 1
    dense, count = data.sampling == "dense", data.frames
    sampling = Dense(count, data.stride, views) if dense else Segments(count, views)
    return (ClipSet if learnt else HeldOut)(index, sampling, transform, seed)


def size(data: EpochSet) -> str:
    """The number of clips, of gestures and idle labels together, and of the streams of an epoch that they make."""
    return (
        f"{len(data)} streams of {len(data.index.clips)} clips" if isinstance(data, StreamSet) else f"{len(data)} clips"
    )


def skipped(data: EpochSet, processes: Processes, purpose: str = "") -> str | None:
    """A line about the clips that any process could not read in this epoch; None if there were none.

    Args:
        data: the data set.
        processes: the processes that read it.
        purpose: of the clips, such as "validation".
    """
    broken = data.broken if isinstance(data, (ClipSet, StreamSet)) else ()
    count = int(processes.sum([len(broken)])[0])
    named = ", ".join(clip.id for clip in broken[:MAX_IDS])
    kind = f"broken {purpose} clips" if purpose else "broken clips"
    return f"{count} {kind} were skipped, such as {named or 'none of this process'}" if count else None


def updates_per_epoch(clips: int, config: Config, processes: Processes) -> int:
    """The number of full batches of a number of clips.

    Raises:
        ConfigError: there is none, or a batch cannot be divided evenly.
    """
    batch, pieces = config.optim.batch, processes.count * config.optim.accumulate
    if batch % pieces:
        raise ConfigError(
            f"a batch of {batch} clips cannot be divided evenly among {processes.count} processes with "
            f"{config.optim.accumulate} pieces each; give optim.batch a multiple of {pieces}"
        )
    if clips < batch:
        fitting = clips - clips % pieces
        smaller = f"optim.batch={fitting}" if fitting else "fewer processes, a smaller optim.accumulate"
        raise ConfigError(f"{clips} clips do not fill a batch of {batch}; give {smaller}, or more clips")
    return clips // batch


def updates(
    data: EpochSet, config: Config, processes: Processes, epoch: int, position: int
) -> Iterator[tuple[Batch, ...]]:
    """This process's pieces of each batch of an epoch, starting at a position."""
    data.set_epoch(epoch)
    order = np.random.default_rng((config.seed, epoch)).permutation(len(data))
    pieces = iter(read_ahead(data, piece_indices(order, config, processes, position), config, processes))
    while batches := tuple(islice(pieces, config.optim.accumulate)):
        yield batches


def piece_indices(order: NDArray[np.int64], config: Config, processes: Processes, position: int) -> list[list[int]]:
    """The clips of each piece of a process, given the order of an epoch; an incomplete last batch is dropped.

    The batches do not depend on the number of processes and pieces.
    """
    count = len(order) // config.optim.batch
    table = order[: count * config.optim.batch].reshape(count, processes.count, config.optim.accumulate, -1)
    mine = table[position:, processes.rank]
    return mine.reshape(-1, mine.shape[-1]).tolist()


def validation(data: EpochSet, config: Config, processes: Processes) -> Iterator[Batch]:
    """This process's share of a validation set, always the same, in pieces of the size used in training."""
    data.set_epoch(0)  # clears the clips found broken before
    mine = range(processes.rank, len(data), processes.count)
    size = config.optim.batch // (processes.count * config.optim.accumulate)
    return read_ahead(
        data, [list(mine[first : first + size]) for first in range(0, len(mine), size)], config, processes
    )


def read_ahead(data: EpochSet, pieces: list[list[int]], config: Config, processes: Processes) -> Iterator[Batch]:
    """Read pieces in worker processes.

    Raises:
        DataError: a worker cannot use the data.
    """
    loader: Iterable[Batch] = DataLoader(
        data,  # type: ignore[arg-type]
        batch_sampler=pieces,
        num_workers=min(config.run.workers, os.cpu_count() or 1),
        worker_init_fn=init_worker,
        pin_memory=processes.device.type == "cuda",
    )
    try:
        yield from loader
    except DataError as error:
        # The text of a worker's error contains the worker's traceback.
        raise DataError(str(error).strip().splitlines()[-1].partition("DataError: ")[2] or str(error)) from error


def init_worker(worker: int) -> None:
    """Initialise a worker. It ignores Ctrl-C, since the training process needs its workers until it has saved."""
    start_worker(worker)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
