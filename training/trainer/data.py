"""The data of a run: which set a config names, in which order its clips are learnt, and who reads them ahead."""

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
"""How many broken clips are named."""


class EpochSet(Protocol):
    """Clips that are the same for the same seed, epoch and number."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> tuple[Tensor, Tensor]:
        """A clip, uint8 [T, 3, H, W], and its label, int64, [] or [T] with -1 where a step is not scored."""
        ...

    def set_epoch(self, epoch: int, /) -> None:
        """Go to another epoch."""
        ...


def make_data(config: Config, split: Split) -> tuple[EpochSet, tuple[str, ...]]:
    """The set of a split that a config names, and its labels.

    Raises:
        ConfigError: the set cannot be had in that form.
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
    """Where `training.prepare` wrote the index of a split."""
    return Path(os.path.expanduser(data.folder)) / f"{data.set}-{split}.jsonl"


def _check_motions(data: DataConfig) -> None:
    """Refuse what the generated set does not do, rather than leave it undone."""
    if data.sampling != "segments":
        raise ConfigError(
            f'data.set="motions" has whole clips only; got data.sampling="{data.sampling}", give "segments"'
        )
    if data.flip:
        raise ConfigError('data.set="motions" draws every side itself; got data.flip=true, give data.flip=false')


class HeldOut(ClipSet):
    """Clips to validate on. The picture of a broken one is still its neighbour's, and is not scored."""

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        """A clip and its label, -1 where it is broken."""
        pictures, label = super().__getitem__(item)
        return pictures, torch.tensor(NO_LABEL) if self._broken[item] else label


def _indexed(index: Index, data: DataConfig, seed: int, learnt: bool) -> EpochSet:
    """The clips of an index: drawn and augmented to be learnt, or the middle of everything to be validated on."""
    mirror = mirror_labels(index.labels) if data.flip else None
    transform = Augment(data.size, mirror) if learnt else Centre(data.size)
    if data.sampling == "streams":
        rate_hz = data.rate_hz / data.every
        drawn = (data.tempo, data.streams) if learnt else (1.0, 0)
        return StreamSet(index, transform, data.frames, rate_hz, seed, data.rest_s, *drawn)
    views = None if learnt else 1
    dense, count = data.sampling == "dense", data.frames
    sampling = Dense(count, data.stride, views) if dense else Segments(count, views)
    return (ClipSet if learnt else HeldOut)(index, sampling, transform, seed)


def skipped(data: EpochSet, processes: Processes, purpose: str = "") -> str | None:
    """A line about the clips that could not be read in this epoch, by any process; None where there were none.

    Args:
        data: the set.
        processes: who reads it.
        purpose: what the clips are for, such as "validation".
    """
    broken = data.broken if isinstance(data, (ClipSet, StreamSet)) else ()
    count = int(processes.sum([len(broken)])[0])
    named = ", ".join(clip.id for clip in broken[:MAX_IDS])
    kind = f"broken {purpose} clips" if purpose else "broken clips"
    return f"{count} {kind} were skipped, such as {named or 'none of this process'}" if count else None


def updates_per_epoch(clips: int, config: Config, processes: Processes) -> int:
    """How many whole batches so many clips make.

    Raises:
        ConfigError: none, or a batch cannot be shared out evenly.
    """
    batch, shares = config.optim.batch, processes.count * config.optim.accumulate
    if batch % shares:
        raise ConfigError(
            f"a batch of {batch} clips cannot be shared out evenly to {processes.count} processes in "
            f"{config.optim.accumulate} pieces each; give optim.batch a multiple of {shares}"
        )
    if clips < batch:
        fitting = clips - clips % shares
        smaller = f"optim.batch={fitting}" if fitting else "fewer processes, a smaller optim.accumulate"
        raise ConfigError(f"{clips} clips do not fill a batch of {batch}; give {smaller} or more clips")
    return clips // batch


def updates(
    data: EpochSet, config: Config, processes: Processes, epoch: int, position: int
) -> Iterator[tuple[Batch, ...]]:
    """This process's pieces of each batch of an epoch, from a position in it on."""
    data.set_epoch(epoch)
    order = np.random.default_rng((config.seed, epoch)).permutation(len(data))
    pieces = iter(prefetched(data, shares(order, config, processes, position), config, processes))
    while batches := tuple(islice(pieces, config.optim.accumulate)):
        yield batches


def shares(order: NDArray[np.int64], config: Config, processes: Processes, position: int) -> list[list[int]]:
    """The clips of each piece that a process learns, given an epoch's order; the rest of the last batch is left out.

    However many processes and pieces there are, the batches hold the same clips.
    """
    count = len(order) // config.optim.batch
    table = order[: count * config.optim.batch].reshape(count, processes.count, config.optim.accumulate, -1)
    mine = table[position:, processes.rank]
    return mine.reshape(-1, mine.shape[-1]).tolist()


def validation(data: EpochSet, config: Config, processes: Processes) -> Iterator[Batch]:
    """This process's share of a validation set, in pieces as large as those of training; always the same one."""
    data.set_epoch(0)  # which clips were broken when it was read before is forgotten
    mine = range(processes.rank, len(data), processes.count)
    size = config.optim.batch // (processes.count * config.optim.accumulate)
    return prefetched(
        data, [list(mine[first : first + size]) for first in range(0, len(mine), size)], config, processes
    )


def prefetched(data: EpochSet, pieces: list[list[int]], config: Config, processes: Processes) -> Iterator[Batch]:
    """Read pieces ahead, in processes of their own.

    Raises:
        DataError: what one of them reads is unusable.
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
        # A worker's error comes with the traceback of the worker in its text.
        raise DataError(str(error).strip().splitlines()[-1].partition("DataError: ")[2] or str(error)) from error


def init_worker(worker: int) -> None:
    """Begin a process that reads clips. It leaves Ctrl-C to the training process, which needs it until it has saved."""
    start_worker(worker)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
