"""Batches of windows of streams for a clip network, with the mean output of the teacher's views as target.

The student is given one window through its own camera. Its target is the teacher's mean over windows of two lengths and
two scales through a steady camera. Windows are sampled as in the app: evenly in time, from 12 pictures per second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.softmax import softmax
from models.window import nearest
from training.distillation.student import Recipe
from training.distillation.targets import END_STEPS, Targets, correct, stack_targets
from training.distillation.teacher import SCALES, WINDOW, ClipTeacher, at_scale
from training.distillation.training_streams import StreamSampler, TrainingStream

RATE_HZ = 12.0
"""Pictures per second of the streams, as in the app."""
LENGTHS_S = (16 / 6, 11 / 6)
"""Lengths of the teacher's and the student's windows at normal speed."""


@dataclass(frozen=True, slots=True)
class ClipRecipe(Recipe):
    """The hyperparameters of a clip network's run."""

    seconds: float = 16.0
    """Length of a stream."""
    first_s: float = 0.8
    """End of the first window of a stream."""
    every_s: float = 0.8
    """Time between the ends of windows."""
    batch: int = 24
    """Clips per optimiser step."""
    average: float = 0.995
    features: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ClipBatch:
    """The clips of an iteration and their targets."""

    clips: Image
    """uint8 [B, T, H, W, 3]."""
    targets: Targets
    """[B, 1, ...], at the last step of each clip."""


class ClipBatchMaker:
    """Samples streams, cuts windows and computes their targets."""

    def __init__(self, sampler: StreamSampler, teacher: ClipTeacher, recipe: ClipRecipe) -> None:
        self._sampler, self._teacher, self._recipe = sampler, teacher, recipe

    def __call__(self, number: int) -> ClipBatch:
        """The batch of a number, a function of the seed and the number."""
        recipe = self._recipe
        steps = round(recipe.seconds * RATE_HZ)
        ends = np.arange(recipe.first_s * RATE_HZ, steps, recipe.every_s * RATE_HZ).astype(int)
        clips: list[Image] = []
        targets: list[Targets] = []
        for k in range(recipe.streams):
            stream = self._sampler.draw(np.random.default_rng((recipe.seed, number, k)), steps)
            pictures, views = stream.pictures, [at_scale(stream.teacher_pictures, scale) for scale in SCALES]
            for end in map(int, ends):
                windows = [window(end, length_s / stream.at(end)[0].speed) for length_s in LENGTHS_S]
                clips += [pictures[each] for each in windows]
                targets += [self._targets(stream, views, windows, end)] * len(windows)
        order = np.random.default_rng((recipe.seed, number)).permutation(len(clips))
        return ClipBatch(np.stack([clips[k] for k in order]), stack_targets([targets[k] for k in order]))

    def _targets(
        self, stream: TrainingStream, views: Sequence[Image], windows: Sequence[NDArray[np.int64]], end: int
    ) -> Targets:
        """The teacher's mean over the windows at all scales, corrected by the label if it is known."""
        output = self._teacher.clips(np.stack([pictures[each] for pictures in views for each in windows]))
        soft = softmax(output.logits.mean(0), self._recipe.temperature)
        corrected = corrected_at(soft, stream, end)
        feature_weight = np.array([1 - np.abs(corrected - soft).sum() / 2], np.float32)
        return Targets(corrected[None], output.maps.mean((0, 2, 3))[None, :, None, None], feature_weight)


def window(end: int, seconds: float) -> NDArray[np.int64]:
    """Indices [16] of the pictures of a window that ends at a step, as the app's `ClipWindow` chooses them."""
    wanted = end - seconds * RATE_HZ / WINDOW * np.arange(WINDOW - 1, -1, -1)
    return nearest(np.arange(end + 1.0), wanted)


def corrected_at(soft: NDArray[np.float32], stream: TrainingStream, step: int) -> NDArray[np.float32]:
    """A teacher's probabilities [27] at a step, corrected by the label if it is known."""
    scene, within = stream.at(step)
    if within < LENGTHS_S[0] / scene.speed * RATE_HZ - 1:
        return soft  # the window reaches into the scene before and may show its gesture
    return correct(soft, stream, step, round(END_STEPS * RATE_HZ / 6))  # END_STEPS is defined at 6 steps per second
