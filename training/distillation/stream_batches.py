"""Batches of streams with the teacher's targets."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.errors import ModelFileError
from models.spec import ModelSpec
from training.distillation.student import Recipe, StreamBatch
from training.distillation.targets import stack_targets, targets
from training.distillation.teacher import Teacher
from training.distillation.training_streams import StreamSampler
from training.evaluation.idle_recordings import IDLE_SOURCES
from training.jester import LABELS, SIZE
from training.recording_list import Recording, hold_out, read_recordings

RATE_HZ = 6.0
"""Pictures per second in training; the rate that the teacher was trained at."""


class StreamBatchMaker:
    """Samples streams and computes their targets."""

    def __init__(self, sampler: StreamSampler, teacher: Teacher, recipe: Recipe) -> None:
        self._sampler = sampler
        self._teacher = teacher
        self._recipe = recipe

    def __call__(self, number: int) -> StreamBatch:
        """The batch of a number, a function of the seed and the number."""
        recipe, steps = self._recipe, self._recipe.chunk * self._recipe.chunks
        ends = tuple(range(recipe.first_window, steps, recipe.every))
        pictures, wanted = [], []
        for k in range(recipe.streams):
            stream = self._sampler.draw(np.random.default_rng((recipe.seed, number, k)), steps)
            pictures.append(stream.pictures)
            wanted.append(targets(self._teacher, stream, ends, recipe.temperature))
        return StreamBatch(np.stack(pictures), ends, stack_targets(wanted))


def check_spec(spec: ModelSpec, path: Path) -> None:
    """Check that a checkpoint has the labels, picture size and rate of the training streams.

    Raises:
        ModelFileError: one of them differs.
    """
    expected = SIZE, SIZE, 2 * RATE_HZ
    if spec.labels != LABELS or (spec.height, spec.width, spec.rate_hz) != expected:
        raise ModelFileError(
            f"{path} has {len(spec.labels)} labels for {spec.height}x{spec.width} pictures at {spec.rate_hz:g} per "
            f"second; give a checkpoint of Jester's {len(LABELS)} labels for {SIZE}x{SIZE} at {2 * RATE_HZ:g}"
        )


def training_recordings(folders: Sequence[Path]) -> list[Recording]:
    """The training split of the folders, without the recordings held out for evaluation and tuning."""
    recordings: list[Recording] = []
    for folder in folders:
        listed = read_recordings(folder)
        held = hold_out(listed, IDLE_SOURCES)
        recordings += [r for r in listed if r.split == "train" and r not in held]
    return recordings
