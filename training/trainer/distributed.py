"""The processes that train together: one, or as many as `torchrun` started on this machine and others."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.distributed as dist
from torch import Tensor

from training.trainer.config_file import ConfigError


@dataclass(frozen=True, slots=True)
class Processes:
    """This process among those that train together."""

    rank: int
    """Its number, from 0."""
    count: int
    device: torch.device

    def __str__(self) -> str:
        return f"{self.count} process{'es' if self.count > 1 else ''} on {self.device.type}"

    @property
    def first(self) -> bool:
        """Whether this is the one that writes and tells."""
        return self.rank == 0

    def sum(self, values: Sequence[float]) -> list[float]:
        """Sum values over all processes, place by place; all of them must call it."""
        if self.count == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return total.tolist()

    def any(self, here: bool) -> bool:
        """Whether something is so in any process; all of them must call it."""
        return self.sum([here])[0] > 0

    def share(self, tensors: Iterable[Tensor]) -> None:
        """Make tensors everywhere what they are in the first process, in place; all of them must call it."""
        if self.count > 1:
            for tensor in tensors:
                dist.broadcast(tensor, 0)

    def close(self) -> None:
        """Leave the others."""
        if self.count > 1:
            dist.destroy_process_group()


def join(device: Literal["auto", "cpu", "cuda"]) -> Processes:
    """Join the processes that torchrun's environment names, or be the only one.

    Raises:
        ConfigError: CUDA is asked for and this machine has none, or too few devices.
    """
    rank, here, count = (int(os.environ.get(name, "0")) for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE"))
    chosen = choose_device(device, here)
    if count > 1:
        if chosen.type == "cuda":
            torch.cuda.set_device(chosen)
        dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    return Processes(rank, max(1, count), chosen)


def choose_device(device: Literal["auto", "cpu", "cuda"], local_rank: int) -> torch.device:
    """The device of the process of this number on its machine."""
    available = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "cpu" or (device == "auto" and available == 0):
        return torch.device("cpu")
    if local_rank >= available:
        raise ConfigError(
            f"process {local_rank} wants a CUDA device of its own and this machine has {available}; "
            "start fewer with torchrun --nproc-per-node, or give run.device=cpu"
        )
    return torch.device("cuda", local_rank)
