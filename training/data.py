"""The data of a run: which set a config names, in which order its clips are learnt, and who reads them ahead."""

import os
import signal
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal, Protocol

import numpy as np
from torch import Tensor
from torch.utils.data import DataLoader

from models.errors import first_line
from training.config import Config
from training.config_file import ConfigError
from training.distributed import Processes
from training.learner import Batch
from training.recordings import DataError

Split = Literal["train", "val"]


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
        DataError: its index is missing or damaged.
    """
    raise NotImplementedError


def updates_an_epoch(clips: int, config: Config, processes: Processes) -> int:
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
        raise ConfigError(f"{clips} clips do not fill a batch; give optim.batch={clips - clips % shares} or more clips")
    return clips // batch


def updates(
    data: EpochSet, config: Config, processes: Processes, epoch: int, position: int
) -> Iterator[tuple[Batch, ...]]:
    """This process's pieces of each batch of an epoch, from a position in it on."""
    data.set_epoch(epoch)
    order = np.random.default_rng((config.seed, epoch)).permutation(len(data))
    pieces = iter(fetched(data, shares(order, config, processes, position), config))
    while batches := tuple(islice(pieces, config.optim.accumulate)):
        yield batches


def shares(order: np.ndarray, config: Config, processes: Processes, position: int) -> list[list[int]]:
    """The clips of each piece that a process learns, given an epoch's order; the rest of the last batch is left out.

    However many processes and pieces there are, the batches hold the same clips.
    """
    count = len(order) // config.optim.batch
    table = order[: count * config.optim.batch].reshape(count, processes.count, config.optim.accumulate, -1)
    mine = table[position:, processes.rank]
    return mine.reshape(-1, mine.shape[-1]).tolist()


def validation(data: EpochSet, config: Config, processes: Processes) -> Iterator[Batch]:
    """This process's share of a validation set, in pieces as large as those of training."""
    mine = range(processes.rank, len(data), processes.count)
    size = config.optim.batch // (processes.count * config.optim.accumulate)
    return fetched(data, [list(mine[first : first + size]) for first in range(0, len(mine), size)], config)


def fetched(data: EpochSet, pieces: list[list[int]], config: Config) -> Iterator[Batch]:
    """Read pieces ahead, in processes of their own.

    Raises:
        DataError: one of them was killed, or what it reads is unusable.
    """
    loader: Iterable[Batch] = DataLoader(
        data,  # type: ignore[arg-type]
        batch_sampler=pieces,
        num_workers=min(config.run.workers, os.cpu_count() or 1),
        worker_init_fn=ignore_ctrl_c,
        pin_memory=config.run.device == "cuda",
    )
    try:
        yield from loader
    except DataError as error:
        # A worker's error comes with the traceback of the worker in its text.
        raise DataError(str(error).strip().splitlines()[-1].partition("DataError: ")[2] or str(error)) from error
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        raise DataError(
            f"a process that reads clips died ({first_line(error)}); if memory ran out, give fewer run.workers. "
            "The same command goes on from the last saving"
        ) from error


def ignore_ctrl_c(worker: int) -> None:
    """Leave it to the training process to stop: its readers are needed until it has."""
    del worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
