"""Whether takes show one movement, made several times.

Two takes are alike when the network's answers take the same course in them. What an answer owes to the person and the
room is the same throughout a take, so each take's own mean is subtracted: what is left is what the movement changes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.embedding_windows import window_steps, windows
from calibration.errors import TakeError
from calibration.take import Take
from common.arrays import Floats
from models.spec import idle_labels

LOGITS_ALIKE, EMBEDDINGS_ALIKE = 0.7, 0.8
"""How alike takes of one movement are, on average over all pairs. Chosen with `python -m benchmarks.takes`."""
ODD_ONE = 0.8
"""A take of another movement than the others has less than this share of that."""
FEWEST = 6
"""A model of fewer gestures says too little of others; its embeddings are compared then, which tell less."""


def check_one_movement(label: str, takes: Sequence[Take]) -> None:
    """See that all takes show the same movement; one take alone is not judged.

    Args:
        label: what the person calls it.
        takes: of one model.

    Raises:
        TakeError: they do not; says how alike each is to the others.
    """
    if len(takes) < 2:
        return
    alike, needed = likenesses(takes), _needed(takes[0])
    others = (alike.sum(axis=1) - 1) / (len(takes) - 1)
    if others.mean() >= needed and others.min() >= ODD_ONE * needed:
        return
    told = ", ".join(f"take {number} {value:.2f}" for number, value in enumerate(others, 1))
    raise TakeError(
        f"the takes of {label!r} show different movements (likeness to the others: {told}; {needed:g} is needed). "
        f"Delete those that differ, or record it anew with the same movement each time; --save-anyway {label!r} takes "
        "them as they are"
    )


def likenesses(takes: Sequence[Take]) -> NDArray[np.float64]:
    """How alike each two takes are, -1..1: float64 [takes, takes], 1 on the diagonal."""
    courses = [_course(take) for take in takes]
    alike = np.eye(len(takes))
    for k, one in enumerate(courses):
        for m, other in enumerate(courses[:k]):
            alike[k, m] = alike[m, k] = float((one @ other.T).max())
    return alike


def _course(take: Take) -> Floats:
    """The direction of each window that ends within the movement: float32 [T - begins, ...], of length 1."""
    answers = _answers(take)
    changes = answers - answers[take.begins :].mean(axis=0)
    found = np.stack(list(windows(changes, window_steps(take.spec.rate_hz))))[take.begins :]
    course: Floats = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return course


def _answers(take: Take) -> Floats:
    """What is compared at each step: the gestures' logits against their mean, or the embedding; float32 [T, ...]."""
    if not _knows_many(take):
        return take.embeddings
    logits = np.delete(take.logits, idle_labels(take.spec.labels), axis=1)
    return np.asarray(logits - logits.mean(axis=1, keepdims=True), np.float32)


def _needed(take: Take) -> float:
    return LOGITS_ALIKE if _knows_many(take) else EMBEDDINGS_ALIKE


def _knows_many(take: Take) -> bool:
    """Whether the model knows enough gestures for its answers to tell others apart."""
    labels = take.spec.labels
    return len(labels) - len(idle_labels(labels)) >= FEWEST
