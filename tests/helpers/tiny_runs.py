"""Runs of the trainer on the tiny set: in this process, in one that is killed, or in several that train together."""

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import tiny_set
import torch
from forked import FORKSERVER

import training.train
import training.training_run

CONFIG = """
seed = 1
[data]
set = "motions"
frames = 4
size = 32
clips = 50
val_clips = 24
[net]
classes = 3
backbone = "resnet18"
width = 0.125
dropout = 0.2
[net.temporal]
kernels = [1, 3]
causal = false
[optim]
batch = 8
lr = 0.02
ema = 0.5
policy = "uniform"
[schedule]
kind = "cosine"
epochs = 3
milestones = []
warm_up = 0.5
[run]
workers = 0
save_every = 4
log_every = 1
"""
"""Six updates an epoch, and saved after four of them too."""


def write_config(folder: Path) -> Path:
    """Write the config of the tiny run."""
    path = folder / "tiny.toml"
    path.write_text(CONFIG)
    return path


def train_tiny(arguments: list[str], make: Any = tiny_set.make_tiny) -> int:
    """Run the trainer's command line on the tiny set."""
    kept, training.training_run.make_data = training.training_run.make_data, make
    try:
        return training.train.main(arguments)
    finally:
        training.training_run.make_data = kept


def main(arguments: list[str]) -> int:
    """As `training.train.main`, on the tiny set."""
    return train_tiny(arguments)


def at_call(where: str, number: int, act: Any) -> tuple[Any, str, Any]:
    """Replace a function by one that runs an action at the given call; return the original."""
    parts = where.split(".")
    depth = next(k for k in range(len(parts) - 1, 0, -1) if ".".join(parts[:k]) in sys.modules)
    owner: Any = import_module(".".join(parts[:depth]))
    for part in parts[depth:-1]:
        owner = getattr(owner, part)
    before, calls = getattr(owner, parts[-1]), iter(range(1, sys.maxsize))

    def acting(*given: Any, **named: Any) -> Any:
        if next(calls) == number:
            act()
        return before(*given, **named)

    setattr(owner, parts[-1], acting)
    return owner, parts[-1], before


def _train_and_die(arguments: list[str], where: str, number: int) -> None:
    torch.set_num_threads(1)
    at_call(where, number, lambda: os.kill(os.getpid(), signal.SIGKILL))
    train_tiny(arguments)


def killed_run(arguments: list[str], where: str, number: int) -> int | None:
    """Train in a process that is killed when it calls a function for this time; its exit code."""
    process = FORKSERVER.Process(target=_train_and_die, args=(arguments, where, number))
    process.start()
    process.join()
    return process.exitcode
