"""Batches: streams drawn from recordings, and what a teacher says of them."""

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
"""Pictures a second in training; what the teacher was trained at."""


class StreamBatchMaker:
    """Draws streams and asks the teacher about them."""

    def __init__(self, sampler: StreamSampler, teacher: Teacher, recipe: Recipe) -> None:
        self._sampler = sampler
        self._teacher = teacher
        self._recipe = recipe

    def __call__(self, number: int) -> StreamBatch:
        """Make the batch of this number."""
        recipe, steps = self._recipe, self._recipe.chunk * self._recipe.chunks
        ends = tuple(range(recipe.first_window, steps, recipe.every))
        pictures, wanted = [], []
        for k in range(recipe.streams):
            stream = self._sampler.draw(np.random.default_rng((recipe.seed, number, k)), steps)
            pictures.append(stream.pictures)
            wanted.append(targets(self._teacher, stream, ends, recipe.temperature))
        return StreamBatch(np.stack(pictures), ends, stack_targets(wanted))


def check_spec(spec: ModelSpec, path: Path) -> None:
    """Check that a checkpoint answers what is taught, for pictures as they are shown.

    Raises:
        ModelFileError: its labels, its size or its rate are others.
    """
    shown = SIZE, SIZE, 2 * RATE_HZ
    if spec.labels != LABELS or (spec.height, spec.width, spec.rate_hz) != shown:
        raise ModelFileError(
            f"{path} has {len(spec.labels)} labels for {spec.height}x{spec.width} pictures at {spec.rate_hz:g} a "
            f"second; give a checkpoint of Jester's {len(LABELS)} labels for {SIZE}x{SIZE} at {2 * RATE_HZ:g}"
        )


def training_recordings(folders: Sequence[Path]) -> list[Recording]:
    """What may be trained on: the training split, without what is held out of each folder to judge and to tune with."""
    recordings: list[Recording] = []
    for folder in folders:
        listed = read_recordings(folder)
        held = hold_out(listed, IDLE_SOURCES)
        recordings += [r for r in listed if r.split == "train" and r not in held]
    return recordings
