"""The processes of a training: one, or those that `torchrun` started on this machine and others."""

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
    """This process and the number of all."""

    rank: int
    """From 0."""
    count: int
    device: torch.device

    def __str__(self) -> str:
        return f"{self.count} process{'es' if self.count > 1 else ''} on {self.device.type}"

    @property
    def is_first(self) -> bool:
        """Whether this is the process that writes files and reports."""
        return self.rank == 0

    def sum(self, values: Sequence[float]) -> list[float]:
        """Element-wise sum over all processes; all of them must call it."""
        if self.count == 1:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return total.tolist()

    def any(self, here: bool) -> bool:
        """Whether `here` is true in any process; all of them must call it."""
        return self.sum([here])[0] > 0

    def broadcast(self, tensors: Iterable[Tensor]) -> None:
        """Copy tensors from the first process to the others, in place; all of them must call it."""
        if self.count > 1:
            for tensor in tensors:
                dist.broadcast(tensor, 0)

    def close(self) -> None:
        """Leave the process group."""
        if self.count > 1:
            dist.destroy_process_group()


def join(device: Literal["auto", "cpu", "cuda"]) -> Processes:
    """Join the process group that torchrun's environment describes, if any.

    Raises:
        ConfigError: CUDA is requested and this machine has no device, or too few.
    """
    rank, here, count = (int(os.environ.get(name, "0")) for name in ("RANK", "LOCAL_RANK", "WORLD_SIZE"))
    chosen = choose_device(device, here)
    if count > 1:
        if chosen.type == "cuda":
            torch.cuda.set_device(chosen)
        dist.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
    return Processes(rank, max(1, count), chosen)


def choose_device(device: Literal["auto", "cpu", "cuda"], local_rank: int) -> torch.device:
    """The device of a process, by its number on its machine."""
    available = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "cpu" or (device == "auto" and available == 0):
        return torch.device("cpu")
    if local_rank >= available:
        raise ConfigError(
            f"process {local_rank} needs a separate CUDA device and this machine has {available}; "
            "start fewer with torchrun --nproc-per-node, or give run.device=cpu"
        )
    return torch.device("cuda", local_rank)
