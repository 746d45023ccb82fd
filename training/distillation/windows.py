"""Lessons for a clip network: windows cut from streams, and what an ensemble of the teacher's views says of them.

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
from training.distillation.streams import Playlist, Stream
from training.distillation.student import Recipe
from training.distillation.targets import FRESH, NOTHING, calmed, put_right
from training.distillation.teacher import SCALES, WINDOW, ClipTeacher, at_scale

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
class ClipLesson:
    """Clips with the answers to learn."""

    clips: Image
    """uint8 [B, T, H, W, 3]."""
    soft: NDArray[np.float32]
    """[B, 27], softened answers."""
    embeddings: NDArray[np.float32]
    """[B, width], the teacher's features, pooled."""
    believed: NDArray[np.float32]
    """[B], how much of the teacher's answer stood when it was put right, 0..1; its features count as much."""


class ClipLessonMaker:
    """Draws streams, cuts windows out of them and asks the teacher about them."""

    def __init__(self, playlist: Playlist, teacher: ClipTeacher, recipe: ClipRecipe) -> None:
        self._playlist, self._teacher, self._recipe = playlist, teacher, recipe

    def __call__(self, number: int) -> ClipLesson:
        """Make the lesson of this number."""
        recipe = self._recipe
        steps = round(recipe.seconds * RATE_HZ)
        ends = np.arange(recipe.first_s * RATE_HZ, steps, recipe.every_s * RATE_HZ).astype(int)
        parts = []
        for k in range(recipe.streams):
            rng = np.random.default_rng((recipe.seed, number, k))
            stream = self._playlist.draw(rng, steps)
            seen, looked_at = stream.pictures, [at_scale(stream.looked_at, scale) for scale in SCALES]
            parts += [part for end in ends for part in self._windows(stream, seen, looked_at, int(end))]
        order = np.random.default_rng((recipe.seed, number)).permutation(len(parts))
        clips, soft, embeddings, believed = zip(*(parts[k] for k in order), strict=True)
        return ClipLesson(np.stack(clips), np.stack(soft), np.stack(embeddings), np.array(believed, np.float32))

    def _windows(
        self, stream: Stream, seen: Image, looked_at: Sequence[Image], end: int
    ) -> list[tuple[Image, NDArray[np.float32], NDArray[np.float32], float]]:
        """The student's windows at a step, each with what the teacher says there."""
        haste = stream.at(end)[0].haste
        windows = [window(end, length_s / haste) for length_s in LENGTHS_S]
        taught = self._teacher.clips(np.stack([pictures[shown] for pictures in looked_at for shown in windows]))
        soft = softmax(taught.logits.mean(0), self._recipe.temperature)
        mended = put_right_at(soft, stream, end)
        believed = 1 - float(np.abs(mended - soft).sum()) / 2
        embedding = taught.maps.mean((0, 2, 3))
        return [(seen[shown], mended, embedding, believed) for shown in windows]


def window(end: int, seconds: float) -> NDArray[np.int64]:
    """Indices [16] of the pictures of a window that ends at a step, as the app's `ClipWindow` chooses them."""
    wanted = end - seconds * RATE_HZ / WINDOW * np.arange(WINDOW - 1, -1, -1)
    return nearest(np.arange(end + 1.0), wanted)


def put_right_at(soft: NDArray[np.float32], stream: Stream, step: int) -> NDArray[np.float32]:
    """A teacher's answer [27] at a step, mended where the label is known (`training.distillation.targets`)."""
    scene, within = stream.at(step)
    if within < LENGTHS_S[0] / scene.haste * RATE_HZ - 1:
        return soft  # the window reaches back into the scene before, whose gesture it may well see
    if scene.labels[0] in NOTHING:
        return calmed(soft, scene.trust)
    fresh = round(FRESH * RATE_HZ / 6)  # FRESH counts steps of six a second
    told = any(made.stop - 1 <= within < made.stop + fresh for made in scene.made)
    return put_right(soft, scene.labels, scene.trust, told)
