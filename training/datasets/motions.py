"""A generated gesture data set whose classes differ only in the order of the pictures.

A gesture is a closed cycle of T pictures. Its four classes step through the cycle by 1, 3, -3 and -1: slow and fast,
each with its time reversal. A step coprime with T visits every picture once, so the four classes of a gesture contain
the same T pictures, noise included. A network that averages over pictures cannot distinguish them: at best it finds the
gesture and guesses one of four classes.

Other cues are excluded. A clip begins anywhere on its cycle, so each position in a clip shows every picture equally
often. Distractors move on separate cycles by a step drawn from all steps coprime with T; multiplied by the class's step
this is uniformly distributed over the same steps. Noise, light and tremor are drawn independently for each picture.
"""

import math
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from models.frame import Image
from training.datasets.motion_pictures import draw_pictures
from training.errors import DataError

Split = Literal["train", "val"]
Places = NDArray[np.float64]
"""[T, 3], x, y and size of the hand, in sides of the picture; size 0 hides it."""

STEPS = {"slowly": 1, "fast": 3, "fast, backwards": -3, "slowly, backwards": -1}


def circle(frames: int, rng: np.random.Generator) -> Places:
    """A clockwise circle."""
    angles = 2 * np.pi * np.arange(frames) / frames
    x, y = rng.uniform(0.42, 0.58, 2)
    radius = rng.uniform(0.2, 0.3)
    return _places(x + radius * np.cos(angles), y + radius * np.sin(angles), rng.uniform(0.14, 0.2), frames)


def swipe(frames: int, rng: np.random.Generator) -> Places:
    """From left to right, out of the picture and back in on the left."""
    return _places((np.arange(frames) + 0.5) / frames, rng.uniform(0.25, 0.75), rng.uniform(0.14, 0.2), frames)


def push(frames: int, rng: np.random.Generator) -> Places:
    """Towards the camera, then back in one step."""
    x, y = rng.uniform(0.3, 0.7, 2)
    return _places(x, y, np.geomspace(0.08, 0.34, frames) * rng.uniform(0.85, 1.15), frames)


def tap(frames: int, rng: np.random.Generator) -> Places:
    """One picture on the left, the next on the right, else hidden. In steps of 3 they are a third of a clip apart."""
    x = np.where(np.arange(frames) == 0, 0.28, 0.72) + rng.uniform(-0.1, 0.1)
    size = np.where(np.arange(frames) < 2, rng.uniform(0.14, 0.22), 0)
    return _places(x, rng.uniform(0.3, 0.7), size, frames)


def _places(x: float | Places, y: float | Places, size: float | Places, frames: int) -> Places:
    return np.stack([np.broadcast_to(column, frames) for column in (x, y, size)], 1)


GESTURES = (circle, swipe, push, tap)
LABELS = tuple(f"{gesture.__name__} {step}" for gesture in GESTURES for step in STEPS)
ORDERLESS_ACCURACY = 1 / len(STEPS)
"""Upper bound of the accuracy without the order of the pictures."""


def generate(label: int, frames: int, size: int, rng: np.random.Generator) -> Image:
    """A clip, uint8 [frames, size, size, 3] RGB. With equal `rng`, a gesture's classes have the same pictures."""
    gesture, step = GESTURES[label // len(STEPS)], list(STEPS.values())[label % len(STEPS)]
    beginning = rng.integers(frames)
    distractor_steps = rng.choice(coprime(frames), rng.integers(3)).tolist()
    pictures = draw_pictures(gesture(frames, rng), distractor_steps, size, rng)
    return pictures[(beginning + step * np.arange(frames)) % frames]


def coprime(frames: int) -> list[int]:
    """The steps that visit each of `frames` pictures: a group under multiplication modulo `frames`."""
    return [step for step in range(frames) if math.gcd(step, frames) == 1]


class MotionSet(Dataset[tuple[Tensor, Tensor]]):
    """Clips generated on access, a function of split, seed, epoch and index.

    Training clips differ in every epoch; validation clips do not.

    Args:
        split: `train` or `val`; they share no clip.
        seed: of the random numbers.
        clips: clips per epoch; labels alternate, so any multiple of 16 is balanced.
        frames: pictures per clip, at least 5 and no multiple of 3, so that all steps visit every picture.
        size: side in pixels, at least 16.

    Raises:
        DataError: an argument is out of range.
    """

    labels = LABELS

    def __init__(self, split: Split, seed: int = 0, *, clips: int = 1600, frames: int = 8, size: int = 48) -> None:
        if split not in get_args(Split):
            raise DataError(f"the data set `motions` has the splits train and val; got {split!r}")
        if frames < 5 or frames % 3 == 0:
            raise DataError(
                f"a clip of `motions` has 5 frames or more and no multiple of 3; got {frames}. Try 8 or 16."
            )
        if size < 16 or clips < 1:
            raise DataError(f"`motions` needs at least 1 clip, of 16 pixels a side or more; got {clips} of {size}")
        self._key = (seed, get_args(Split).index(split))
        self._fresh = split == "train"
        self._clips, self._frames, self._size = clips, frames, size
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Select the clips of an epoch."""
        self._epoch = epoch if self._fresh else 0

    def __len__(self) -> int:
        return self._clips

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """A clip, uint8 [T, 3, H, W] RGB, and its label, int64 []."""
        if not 0 <= index < self._clips:
            raise IndexError(f"clip {index} of {self._clips}")
        rng = np.random.default_rng((*self._key, self._epoch, index))
        label = index % len(LABELS)
        clip = generate(label, self._frames, self._size, rng)
        return torch.from_numpy(clip).permute(0, 3, 1, 2).contiguous(), torch.tensor(label)
