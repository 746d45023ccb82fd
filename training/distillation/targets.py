"""What there is to learn at a step: a teacher's soft answer, put right where the label is known, and its features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.softmax import softmax
from models.spec import idle_labels
from training.distillation.teacher import Teacher, spans_at
from training.distillation.training_streams import TrainingStream
from training.jester import LABELS

NOTHING = idle_labels(LABELS)
GESTURES = [k for k in range(len(LABELS)) if k not in NOTHING]
TOLD = 0.5
"""How much the label of a gesture that has just ended adds to what the teacher saw."""
FRESH = 3
"""For how many steps after its end a gesture is told."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What to learn at E steps of a stream, or of N streams side by side."""

    soft: NDArray[np.float32]
    """[..., E, 27], softened answers."""
    maps: NDArray[np.float32]
    """[..., E, C, h, w], the teacher's features."""
    believed: NDArray[np.float32]
    """[..., E], how much of the teacher's answer stood when it was put right, 0..1; its features count as much."""


def targets(teacher: Teacher, stream: TrainingStream, steps: Sequence[int], temperature: float) -> Targets:
    """Ask a teacher about some steps of a stream, and put it right where labels are known."""
    logits, maps = teacher.answers(stream.looked_at, steps, [stream.at(step)[0].speed for step in steps])
    soft = softmax(logits, temperature)
    mended = np.stack([_mended(answer, stream, step) for answer, step in zip(soft, steps, strict=True)])
    return Targets(mended, maps, 1 - np.abs(mended - soft).sum(-1) / 2)


def side_by_side(streams: Sequence[Targets]) -> Targets:
    """The targets of several streams at the same steps, stacked."""
    return Targets(
        np.stack([stream.soft for stream in streams]),
        np.stack([stream.maps for stream in streams]),
        np.stack([stream.believed for stream in streams]),
    )


def _mended(soft: NDArray[np.float32], stream: TrainingStream, step: int) -> NDArray[np.float32]:
    scene, within = stream.at(step)
    if within < spans_at(scene.speed)[0] - 1:
        return soft  # the window reaches back into the scene before, whose gesture it may well see
    if scene.labels[0] in NOTHING:
        return calmed(soft, scene.trust)
    told = any(made.stop - 1 <= within < made.stop + FRESH for made in scene.made)
    return put_right(soft, scene.labels, scene.trust, told)


def calmed(soft: NDArray[np.float32], trust: float) -> NDArray[np.float32]:
    """A teacher's answer [27] where no gesture is made: gestures go to what is none, as far as that is trusted.

    There they keep the shares that the teacher gives the two; where it hardly knows either, the shares are equal.
    """
    mended = soft.copy()
    mended[GESTURES] *= 1 - trust
    calm = soft[NOTHING] + np.float32(1e-3)
    mended[NOTHING] += (soft.sum() - mended.sum()) * calm / calm.sum()
    return mended


def put_right(soft: NDArray[np.float32], labels: Sequence[int], trust: float, told: bool) -> NDArray[np.float32]:
    """A teacher's answer [27] where a gesture is made: other gestures go to it, as far as its label is trusted.

    Where it has just ended, its label is added. Several labels get the shares that the teacher gives them.
    """
    right = list(labels)
    wrong = [k for k in GESTURES if k not in right]
    shares = soft[right] + np.float32(1e-3)
    shares /= shares.sum()
    mended = soft.copy()
    mended[wrong] *= 1 - trust
    mended[right] += (soft.sum() - mended.sum()) * shares
    if told:
        mended *= 1 - TOLD * trust
        mended[right] += TOLD * trust * shares
    return mended
