"""A generated gesture set in which no picture tells the class, only the order of the pictures does.

A gesture is a closed cycle of T pictures, and its four classes walk round that cycle in steps of 1, 3, -3 and -1:
slow and fast, each with its time reversal. A step that shares no divisor with T visits every picture once, so the four
classes of a gesture hold the same T pictures, to the last grey level of their noise, and a network that averages over
pictures cannot tell them apart: at best it names the gesture and guesses one of four.

Nothing else gives the class away either. A clip begins anywhere on its cycle, so each moment of it shows every picture
equally often. Distractors walk round cycles of their own by a step drawn from all those that share no divisor with T;
times the class's step, that is again such a step, each equally likely. What flickers (noise, light, a hand that
trembles) is drawn for each picture alone and looks the same in any order.
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
"""[T, 3], of a hand: x, y and size, in sides of the picture; of size 0 it is hidden."""

STEPS = {"slowly": 1, "fast": 3, "fast, backwards": -3, "slowly, backwards": -1}


def circle(frames: int, rng: np.random.Generator) -> Places:
    """Round a circle, clockwise."""
    angles = 2 * np.pi * np.arange(frames) / frames
    x, y = rng.uniform(0.42, 0.58, 2)
    radius = rng.uniform(0.2, 0.3)
    return _places(x + radius * np.cos(angles), y + radius * np.sin(angles), rng.uniform(0.14, 0.2), frames)


def swipe(frames: int, rng: np.random.Generator) -> Places:
    """From left to right, out of the picture and in again."""
    return _places((np.arange(frames) + 0.5) / frames, rng.uniform(0.25, 0.75), rng.uniform(0.14, 0.2), frames)


def push(frames: int, rng: np.random.Generator) -> Places:
    """Towards the camera, then suddenly back."""
    x, y = rng.uniform(0.3, 0.7, 2)
    return _places(x, y, np.geomspace(0.08, 0.34, frames) * rng.uniform(0.85, 1.15), frames)


def tap(frames: int, rng: np.random.Generator) -> Places:
    """A moment on the left, the next one on the right, else hidden: taken in steps of 3, a third of a clip apart."""
    x = np.where(np.arange(frames) == 0, 0.28, 0.72) + rng.uniform(-0.1, 0.1)
    size = np.where(np.arange(frames) < 2, rng.uniform(0.14, 0.22), 0)
    return _places(x, rng.uniform(0.3, 0.7), size, frames)


def _places(x: float | Places, y: float | Places, size: float | Places, frames: int) -> Places:
    return np.stack([np.broadcast_to(column, frames) for column in (x, y, size)], 1)


GESTURES = (circle, swipe, push, tap)
LABELS = tuple(f"{gesture.__name__} {step}" for gesture in GESTURES for step in STEPS)
ORDERLESS_ACCURACY = 1 / len(STEPS)
"""The accuracy that nobody surpasses who does not see the order of the pictures."""


def generate(label: int, frames: int, size: int, rng: np.random.Generator) -> Image:
    """A clip's pictures, uint8 [frames, size, size, 3] RGB; where `rng` is the same, a gesture's classes share them."""
    gesture, step = GESTURES[label // len(STEPS)], list(STEPS.values())[label % len(STEPS)]
    beginning = rng.integers(frames)
    distractor_steps = rng.choice(coprime(frames), rng.integers(3)).tolist()
    pictures = draw_pictures(gesture(frames, rng), distractor_steps, size, rng)
    return pictures[(beginning + step * np.arange(frames)) % frames]


def coprime(frames: int) -> list[int]:
    """The steps that visit every one of so many pictures: a group under multiplication modulo `frames`."""
    return [step for step in range(frames) if math.gcd(step, frames) == 1]


class MotionSet(Dataset[tuple[Tensor, Tensor]]):
    """Clips generated as they are asked for, the same for the same split, seed, epoch and index.

    Training clips are new ones every epoch; validation clips stay.

    Args:
        split: `train` or `val`; they share no clip.
        seed: another seed, other clips.
        clips: how many an epoch; labels follow one another, so any multiple of 16 is balanced.
        frames: pictures a clip; at least 5 and no multiple of 3, so that all steps visit every picture.
        size: pixels of a side, at least 16.

    Raises:
        DataError: the split, frames or size are none of these.
    """

    labels = LABELS

    def __init__(self, split: Split, seed: int = 0, *, clips: int = 1600, frames: int = 8, size: int = 48) -> None:
        if split not in get_args(Split):
            raise DataError(f"the set `motions` has the splits train and val; got {split!r}")
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
        """Go to another epoch's clips."""
        self._epoch = epoch if self._fresh else 0

    def __len__(self) -> int:
        return self._clips

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """The clip, uint8 [T, 3, H, W] RGB, and its label, int64 []."""
        if not 0 <= index < self._clips:
            raise IndexError(f"clip {index} of {self._clips}")
        rng = np.random.default_rng((*self._key, self._epoch, index))
        label = index % len(LABELS)
        clip = generate(label, self._frames, self._size, rng)
        return torch.from_numpy(clip).permute(0, 3, 1, 2).contiguous(), torch.tensor(label)
