"""What there is to learn at a step: a teacher's soft answer, put right where the label is known, and its features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.softmax import softmax
from models.spec import NO_GESTURE_LABELS
from training.distillation.streams import Stream
from training.distillation.teacher import WINDOW, Teacher
from training.jester import LABELS

OTHER = "Doing other things"
TOLD = 0.5
"""How much the label of a gesture that has just ended adds to what the teacher saw."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What to learn at E steps of a stream, or of N streams side by side."""

    soft: NDArray[np.float32]
    """[..., E, 27], softened answers."""
    maps: NDArray[np.float32]
    """[..., E, C, h, w], the teacher's features."""
    believed: NDArray[np.float32]
    """[..., E], how much of the teacher's answer stood when it was put right, 0..1; its features count as much."""


def targets(teacher: Teacher, stream: Stream, steps: Sequence[int], temperature: float) -> Targets:
    """Ask a teacher about some steps of a stream, and put it right where labels are known."""
    logits, maps = teacher.answers(stream.pictures, steps)
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


def _mended(soft: NDArray[np.float32], stream: Stream, step: int) -> NDArray[np.float32]:
    scene, within = stream.at(step)
    if within < WINDOW - 1:
        return soft  # the window reaches back into the scene before, whose gesture it may well see
    return put_right(soft, scene.label, scene.trust, within in scene.told)


def put_right(soft: NDArray[np.float32], label: int, trust: float, told: bool) -> NDArray[np.float32]:
    """Mend a teacher's answer [27] by what is known.

    Gestures that this is not go to the one it is, or to "Doing other things" where it is none, as far as the label is
    trusted. Where the gesture has just ended, its label is added.
    """
    nothing = [LABELS.index(name) for name in NO_GESTURE_LABELS]
    wrong = np.array([k != label and k not in nothing for k in range(len(LABELS))])
    right = np.where(wrong, 0, soft)
    right[label if label not in nothing else LABELS.index(OTHER)] += soft[wrong].sum()
    mixed = soft + trust * (right - soft)
    if told:
        mixed *= 1 - TOLD * trust
        mixed[label] += TOLD * trust
    return mixed.astype(np.float32)
