"""Targets of distillation: the teacher's soft output, corrected by the label if it is known, and its features."""

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
"""Probability, times the label's weight, that is given to the label of a gesture that has just ended."""
END_STEPS = 3
"""Steps after its end in which a gesture counts as just ended."""


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Targets at E steps of a stream, or of N streams."""

    soft: NDArray[np.float32]
    """[..., E, 27], softened probabilities."""
    maps: NDArray[np.float32]
    """[..., E, C, h, w], the teacher's features."""
    feature_weight: NDArray[np.float32]
    """[..., E], weight of the features, 0..1: the part of the teacher's output that was not corrected."""


def targets(teacher: Teacher, stream: TrainingStream, steps: Sequence[int], temperature: float) -> Targets:
    """The targets at some steps of a stream."""
    logits, maps = teacher.outputs(stream.teacher_pictures, steps, [stream.at(step)[0].speed for step in steps])
    soft = softmax(logits, temperature)
    corrected = np.stack([_corrected(row, stream, step) for row, step in zip(soft, steps, strict=True)])
    return Targets(corrected, maps, 1 - np.abs(corrected - soft).sum(-1) / 2)


def stack_targets(streams: Sequence[Targets]) -> Targets:
    """Stack the targets of streams with equal steps."""
    return Targets(
        np.stack([stream.soft for stream in streams]),
        np.stack([stream.maps for stream in streams]),
        np.stack([stream.feature_weight for stream in streams]),
    )


def _corrected(soft: NDArray[np.float32], stream: TrainingStream, step: int) -> NDArray[np.float32]:
    scene, within = stream.at(step)
    if within < spans_at(scene.speed)[0] - 1:
        return soft  # the window reaches into the scene before and may show its gesture
    return correct(soft, stream, step, END_STEPS)


def correct(soft: NDArray[np.float32], stream: TrainingStream, step: int, end_steps: int) -> NDArray[np.float32]:
    """Correct probabilities [27] by the label of the scene at a step.

    Args:
        soft: the teacher's probabilities.
        stream: the stream.
        step: the step.
        end_steps: steps after its end in which a gesture counts as just ended.
    """
    scene, within = stream.at(step)
    if scene.labels[0] in IDLE_CLASSES:
        return correct_idle(soft, scene.label_weight)
    just_ended = any(gesture.stop - 1 <= within < gesture.stop + end_steps for gesture in scene.gestures)
    return correct_gesture(soft, scene.labels, scene.label_weight, just_ended)


def correct_idle(soft: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Probabilities [27] at a step without a gesture: a share `weight` of each gesture's goes to the idle classes.

    The idle classes get it in proportion to their probabilities; in equal parts if both are near 0.
    """
    corrected = soft.copy()
    corrected[GESTURE_CLASSES] *= 1 - weight
    idle = soft[IDLE_CLASSES] + np.float32(1e-3)
    corrected[IDLE_CLASSES] += (soft.sum() - corrected.sum()) * idle / idle.sum()
    return corrected


def correct_gesture(
    soft: NDArray[np.float32], labels: Sequence[int], weight: float, just_ended: bool
) -> NDArray[np.float32]:
    """Probabilities [27] at a step of a gesture: a share `weight` of each other gesture's goes to its labels.

    Several labels get it in proportion to their probabilities. If the gesture has just ended, its labels get
    `END_WEIGHT * weight` of all probability in addition.
    """
    right = list(labels)
    wrong = [k for k in GESTURE_CLASSES if k not in right]
    shares = soft[right] + np.float32(1e-3)
    shares /= shares.sum()
    corrected = soft.copy()
    corrected[wrong] *= 1 - weight
    corrected[right] += (soft.sum() - corrected.sum()) * shares
    if just_ended:
        corrected *= 1 - END_WEIGHT * weight
        corrected[right] += END_WEIGHT * weight * shares
    return corrected
