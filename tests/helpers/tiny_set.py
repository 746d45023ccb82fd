"""A set so small that a network learns it in seconds: a bright bar that goes left or right, or stands still."""

import numpy as np
import torch
from torch import Tensor

from training.trainer.config import Config

LABELS = ("left", "right", "still")
SIZE = 32


class TinySet:
    """Clips uint8 [T, 3, 32, 32] and their labels; new ones every epoch in training."""

    def __init__(self, clips: int, frames: int, seed: int, fresh: bool, streams: bool = False) -> None:
        self._clips, self._frames, self._seed, self._fresh, self._streams = clips, frames, seed, fresh, streams
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch if self._fresh else 0

    def __len__(self) -> int:
        return self._clips

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        if index >= len(self):
            raise IndexError(index)
        random = np.random.default_rng((self._seed, self._epoch, index))
        label = index % len(LABELS)
        clip = random.integers(0, 60, (self._frames, 3, SIZE, SIZE), dtype=np.uint8)
        for step in range(self._frames):
            begin = 12 + (-4, 4, 0)[label] * (step - self._frames // 2) % SIZE
            clip[step, :, :, begin : begin + 6] += 180
        labels = torch.full((self._frames,), label)
        labels[: self._frames // 2] = -1
        return torch.from_numpy(clip), labels if self._streams else torch.tensor(label)


def make_tiny(config: Config, split: str) -> tuple[TinySet, tuple[str, ...]]:
    """Stands in for `training.trainer.data.make_data`."""
    data = config.data
    clips, seed = (data.clips, 1) if split == "train" else (data.val_clips, 2)
    return TinySet(clips, data.frames, seed, split == "train", data.sampling == "streams"), LABELS
