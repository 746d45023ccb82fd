"""Lessons for a clip network: windows cut from streams, and what an ensemble of the teacher's views says of them.

The teacher was trained on crops of half to all of a picture, so one view of it is a weak judge of people who sit near
or far; the mean over windows of two lengths, seen whole and closer, is a better one (`training.teachers`). The student
learns that mean from a single view: any of the windows, from nearer or farther.
"""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.softmax import softmax
from models.window import nearest
from training.distillation.streams import Playlist, Stream
from training.distillation.student import Recipe
from training.distillation.targets import FRESH, NOTHING, calmed, put_right
from training.distillation.teacher import WINDOW, ClipTeacher
from training.transplant import SIZE

RATE_HZ = 12.0
"""Pictures a second in the streams, as the app keeps them."""
FILMED = 144
"""Side of the streams' pictures: a closer view of them is to have enough pixels."""
LENGTHS_S = (16 / 6, 11 / 6)
"""Of the teacher's windows and the student's, where people move as fast as usual."""
SIDES = (1.0, 0.65)
"""Of the teacher's views, in sides of the picture."""
NEAREST, FARTHEST = 0.55, 1.4
"""Sides of the student's views; beyond the picture its border is reflected."""


@dataclass(frozen=True, slots=True)
class ClipRecipe(Recipe):
    """What decides the outcome of a clip network's run, besides its data."""

    seconds: float = 16.0
    """Of a stream."""
    first_s: float = 0.8
    """When the first window of a stream ends."""
    every_s: float = 0.8
    """Between the ends of two windows."""
    views: int = 2
    """Views of each window that the student learns from."""
    batch: int = 24
    """Clips an optimiser step."""
    average: float = 0.995
    features: float = 1.0


class View(NamedTuple):
    """A square that is cut out of every picture of a clip."""

    side: float
    """In sides of the picture."""
    x: float = 0.5
    y: float = 0.5
    """Its middle, in sides of the picture."""

    def of(self, clip: Image) -> Image:
        """Cut a clip uint8 [T, S, S, 3], uint8 [T, 112, 112, 3]."""
        zoom = SIZE / (self.side * clip.shape[1])
        shift = (SIZE - 1) / 2 - zoom * (np.array([self.x, self.y]) * clip.shape[1] - 0.5)
        where = np.array([[zoom, 0, shift[0]], [0, zoom, shift[1]]])
        how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        cut = [cv2.warpAffine(p, where, (SIZE, SIZE), flags=how, borderMode=cv2.BORDER_REFLECT) for p in clip]
        return np.stack(cut).astype(np.uint8, copy=False)


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
            pictures = stream.pictures
            parts += [part for end in ends for part in self._windows(stream, pictures, int(end), rng)]
        order = np.random.default_rng((recipe.seed, number)).permutation(len(parts))
        clips, soft, embeddings, believed = zip(*(parts[k] for k in order), strict=True)
        return ClipLesson(np.stack(clips), np.stack(soft), np.stack(embeddings), np.array(believed, np.float32))

    def _windows(
        self, stream: Stream, pictures: Image, end: int, rng: np.random.Generator
    ) -> list[tuple[Image, NDArray[np.float32], NDArray[np.float32], float]]:
        """The student's views at a step, each with what the teacher says there."""
        haste = stream.at(end)[0].haste
        windows = [pictures[window(end, length_s / haste)] for length_s in LENGTHS_S]
        taught = self._teacher.clips(np.stack([View(side).of(clip) for clip in windows for side in SIDES]))
        soft = softmax(taught.logits.mean(0), self._recipe.temperature)
        mended = put_right_at(soft, stream, end)
        believed = 1 - float(np.abs(mended - soft).sum()) / 2
        embedding = taught.maps.mean((0, 2, 3))
        chosen = rng.permutation(np.arange(self._recipe.views) % len(windows))
        return [(draw_view(rng).of(windows[k]), mended, embedding, believed) for k in chosen]


def window(end: int, seconds: float) -> NDArray[np.int64]:
    """Indices [16] of the pictures of a window that ends at a step, as the app's `ClipWindow` chooses them."""
    wanted = end - seconds * RATE_HZ / WINDOW * np.arange(WINDOW - 1, -1, -1)
    return nearest(np.arange(end + 1.0), wanted)


def draw_view(rng: np.random.Generator) -> View:
    """A view from nearer or farther, more or less at the middle; nearer ones stay inside the picture."""
    side = float(np.exp(rng.uniform(np.log(NEAREST), np.log(FARTHEST))))
    free = max(0.0, 1 - side) / 2
    x, y = np.clip(rng.normal(0, 0.08, 2), -free, free) if free else rng.normal(0, 0.08, 2)
    return View(side, 0.5 + x, 0.5 + y)


def put_right_at(soft: NDArray[np.float32], stream: Stream, step: int) -> NDArray[np.float32]:
    """A teacher's answer [27] at a step, mended where the label is known (`training.distillation.targets`)."""
    scene, within = stream.at(step)
    if within < LENGTHS_S[0] / scene.haste * RATE_HZ - 1:
        return soft  # the window reaches back into the scene before, whose gesture it may well see
    if scene.label in NOTHING:
        return calmed(soft, scene.trust)
    fresh = round(FRESH * RATE_HZ / 6)  # FRESH counts steps of six a second
    told = any(made.stop - 1 <= within < made.stop + fresh for made in scene.made)
    return put_right(soft, scene.label, scene.trust, told)
