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

IDLE_CLASSES = idle_labels(LABELS)
GESTURE_CLASSES = [k for k in range(len(LABELS)) if k not in IDLE_CLASSES]
END_WEIGHT = 0.5
"""How much the label of a gesture that has just ended adds to what the teacher saw."""
END_STEPS = 3
"""For how many steps after its end a gesture is just_ended."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What to learn at E steps of a stream, or of N streams side by side."""

    soft: NDArray[np.float32]
    """[..., E, 27], softened answers."""
    maps: NDArray[np.float32]
    """[..., E, C, h, w], the teacher's features."""
    feature_weight: NDArray[np.float32]
    """[..., E], how much of the teacher's answer stood when it was put right, 0..1; its features count as much."""


def targets(teacher: Teacher, stream: TrainingStream, steps: Sequence[int], temperature: float) -> Targets:
    """Ask a teacher about some steps of a stream, and put it right where labels are known."""
    logits, maps = teacher.answers(stream.teacher_pictures, steps, [stream.at(step)[0].speed for step in steps])
    soft = softmax(logits, temperature)
    corrected = np.stack([_corrected(answer, stream, step) for answer, step in zip(soft, steps, strict=True)])
    return Targets(corrected, maps, 1 - np.abs(corrected - soft).sum(-1) / 2)


def stack_targets(streams: Sequence[Targets]) -> Targets:
    """The targets of several streams at the same steps, stacked."""
    return Targets(
        np.stack([stream.soft for stream in streams]),
        np.stack([stream.maps for stream in streams]),
        np.stack([stream.feature_weight for stream in streams]),
    )


def _corrected(soft: NDArray[np.float32], stream: TrainingStream, step: int) -> NDArray[np.float32]:
    scene, within = stream.at(step)
    if within < spans_at(scene.speed)[0] - 1:
        return soft  # the window reaches back into the scene before, whose gesture it may well see
    if scene.labels[0] in IDLE_CLASSES:
        return correct_idle(soft, scene.trust)
    just_ended = any(made.stop - 1 <= within < made.stop + END_STEPS for made in scene.made)
    return correct_gesture(soft, scene.labels, scene.trust, just_ended)


def correct_idle(soft: NDArray[np.float32], trust: float) -> NDArray[np.float32]:
    """A teacher's answer [27] where no gesture is made: gestures go to what is none, as far as that is trusted.

    There they keep the shares that the teacher gives the two; where it hardly knows either, the shares are equal.
    """
    corrected = soft.copy()
    corrected[GESTURE_CLASSES] *= 1 - trust
    calm = soft[IDLE_CLASSES] + np.float32(1e-3)
    corrected[IDLE_CLASSES] += (soft.sum() - corrected.sum()) * calm / calm.sum()
    return corrected


def correct_gesture(
    soft: NDArray[np.float32], labels: Sequence[int], trust: float, just_ended: bool
) -> NDArray[np.float32]:
    """A teacher's answer [27] where a gesture is made: other gestures go to it, as far as its label is trusted.

    Where it has just ended, its label is added. Several labels get the shares that the teacher gives them.
    """
    right = list(labels)
    wrong = [k for k in GESTURE_CLASSES if k not in right]
    shares = soft[right] + np.float32(1e-3)
    shares /= shares.sum()
    corrected = soft.copy()
    corrected[wrong] *= 1 - trust
    corrected[right] += (soft.sum() - corrected.sum()) * shares
    if just_ended:
        corrected *= 1 - END_WEIGHT * trust
        corrected[right] += END_WEIGHT * trust * shares
    return corrected
