"""Batches for a clip network: windows cut from streams, and what an ensemble of the teacher's views says of them.

The student learns from one window as its camera shows it what the teacher says on average of windows of two lengths,
whole and closer, through a steady camera. Windows are sampled as the app samples them: evenly in time, from 12 pictures
a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.softmax import softmax
from models.window import nearest
from training.distillation.student import Recipe
from training.distillation.targets import END_STEPS, IDLE_CLASSES, Targets, correct_gesture, correct_idle, stack_targets
from training.distillation.teacher import SCALES, WINDOW, ClipTeacher, at_scale
from training.distillation.training_streams import StreamSampler, TrainingStream

RATE_HZ = 12.0
"""Pictures a second in the streams, as the app keeps them."""
LENGTHS_S = (16 / 6, 11 / 6)
"""Of the teacher's windows and of the student's, where people move as fast as usual."""


@dataclass(frozen=True, slots=True)
class ClipRecipe(Recipe):
    """What decides the outcome of a clip network's run, besides its data."""

    seconds: float = 16.0
    """Of a stream."""
    first_s: float = 0.8
    """When the first window of a stream ends."""
    every_s: float = 0.8
    """Between the ends of two windows."""
    batch: int = 24
    """Clips an optimiser step."""
    average: float = 0.995
    features: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ClipBatch:
    """Clips with the answers to learn."""

    clips: Image
    """uint8 [B, T, H, W, 3]."""
    targets: Targets
    """Of B clips at one step each, their last."""


class ClipBatchMaker:
    """Draws streams, cuts windows out of them and asks the teacher about them."""

    def __init__(self, sampler: StreamSampler, teacher: ClipTeacher, recipe: ClipRecipe) -> None:
        self._sampler, self._teacher, self._recipe = sampler, teacher, recipe

    def __call__(self, number: int) -> ClipBatch:
        """Make the batch of this number."""
        recipe = self._recipe
        steps = round(recipe.seconds * RATE_HZ)
        ends = np.arange(recipe.first_s * RATE_HZ, steps, recipe.every_s * RATE_HZ).astype(int)
        clips: list[Image] = []
        wanted: list[Targets] = []
        for k in range(recipe.streams):
            stream = self._sampler.draw(np.random.default_rng((recipe.seed, number, k)), steps)
            seen, teacher_pictures = stream.pictures, [at_scale(stream.teacher_pictures, scale) for scale in SCALES]
            for end in map(int, ends):
                shown = [window(end, length_s / stream.at(end)[0].speed) for length_s in LENGTHS_S]
                clips += [seen[each] for each in shown]
                wanted += [self._targets(stream, teacher_pictures, shown, end)] * len(shown)
        order = np.random.default_rng((recipe.seed, number)).permutation(len(clips))
        return ClipBatch(np.stack([clips[k] for k in order]), stack_targets([wanted[k] for k in order]))

    def _targets(
        self, stream: TrainingStream, teacher_pictures: Sequence[Image], shown: Sequence[NDArray[np.int64]], end: int
    ) -> Targets:
        """What the teacher says of a step's windows at all scales on average, put right where the label is known."""
        taught = self._teacher.clips(np.stack([pictures[each] for pictures in teacher_pictures for each in shown]))
        soft = softmax(taught.logits.mean(0), self._recipe.temperature)
        corrected = corrected_at(soft, stream, end)
        feature_weight = np.array([1 - np.abs(corrected - soft).sum() / 2], np.float32)
        return Targets(corrected[None], taught.maps.mean((0, 2, 3))[None, :, None, None], feature_weight)


def window(end: int, seconds: float) -> NDArray[np.int64]:
    """Indices [16] of the pictures of a window that ends at a step, as the app's `ClipWindow` chooses them."""
    wanted = end - seconds * RATE_HZ / WINDOW * np.arange(WINDOW - 1, -1, -1)
    return nearest(np.arange(end + 1.0), wanted)


def corrected_at(soft: NDArray[np.float32], stream: TrainingStream, step: int) -> NDArray[np.float32]:
    """A teacher's answer [27] at a step, corrected where the label is known (`training.distillation.targets`)."""
    scene, within = stream.at(step)
    if within < LENGTHS_S[0] / scene.speed * RATE_HZ - 1:
        return soft  # the window reaches back into the scene before, whose gesture it may well see
    if scene.labels[0] in IDLE_CLASSES:
        return correct_idle(soft, scene.trust)
    fresh = round(END_STEPS * RATE_HZ / 6)  # END_STEPS counts steps of six a second
    just_ended = any(made.stop - 1 <= within < made.stop + fresh for made in scene.made)
    return correct_gesture(soft, scene.labels, scene.trust, just_ended)
