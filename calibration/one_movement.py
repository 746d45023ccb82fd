"""Checks that takes show the same movement.

Compares the courses of the network's output over time. The person and the room shift the output by the same amount
throughout a take, so the mean of the take is subtracted: the rest is the change that the movement makes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.embedding_windows import window_steps, windows
from calibration.errors import TakeError
from calibration.take import Take, named_take, take_numbers
from common.arrays import Floats
from models.spec import idle_labels

MIN_LOGITS_SIMILARITY, MIN_EMBEDDING_SIMILARITY = 0.7, 0.8
"""Least mean similarity over all pairs of takes of one movement. Chosen with `python -m benchmarks.takes`."""
MIN_OUTLIER_SHARE = 0.8
"""The least similar take must reach this share of it."""
MIN_GESTURES = 6
"""The logits of a model with fewer gestures do not separate unknown ones; its embeddings are compared instead."""


def check_one_movement(label: str, takes: Sequence[Take]) -> None:
    """Check that all takes show the same movement; a single take always passes.

    Args:
        label: name of the gesture, for the message.
        takes: takes from one model.

    Raises:
        TakeError: they do not; the message lists the similarity of each take to the others.
    """
    if len(takes) < 2:
        return
    similarities, least = pairwise_similarities(takes), _min_similarity(takes[0])
    others = (similarities.sum(axis=1) - 1) / (len(takes) - 1)
    if others.mean() >= least and others.min() >= MIN_OUTLIER_SHARE * least:
        return
    numbers, last = take_numbers(takes), int(others.argmin())
    values = ", ".join(f"take {number} {value:.2f}" for number, value in zip(numbers, others, strict=True))
    raise TakeError(
        f"the takes of {label!r} show different movements (similarity to the others: {values}; at least {least:g} is "
        "needed). Delete those that differ, or record them again with the same movement; least similar is "
        f"{named_take(numbers[last], takes[last])}. --save-anyway {label!r} accepts them"
    )


def pairwise_similarities(takes: Sequence[Take]) -> NDArray[np.float64]:
    """The similarity of each pair of takes, -1..1: float64 [takes, takes], 1 on the diagonal."""
    directions = [_directions(take) for take in takes]
    similarities = np.eye(len(takes))
    for k, one in enumerate(directions):
        for m, other in enumerate(directions[:k]):
            similarities[k, m] = similarities[m, k] = float((one @ other.T).max())
    return similarities


def _directions(take: Take) -> Floats:
    """The unit vector of each window that ends within the movement, float32 [T - begins, ...]."""
    features = _features(take)
    changes = features - features[take.begins :].mean(axis=0)
    found = np.stack(list(windows(changes, window_steps(take.spec.rate_hz))))[take.begins :]
    directions: Floats = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return directions


def _features(take: Take) -> Floats:
    """What is compared at each step: the gestures' logits minus their mean, or the embedding; float32 [T, ...]."""
    if not _uses_logits(take):
        return take.embeddings
    logits = np.delete(take.logits, idle_labels(take.spec.labels), axis=1)
    return np.asarray(logits - logits.mean(axis=1, keepdims=True), np.float32)


def _min_similarity(take: Take) -> float:
    return MIN_LOGITS_SIMILARITY if _uses_logits(take) else MIN_EMBEDDING_SIMILARITY


def _uses_logits(take: Take) -> bool:
    """Whether the model has enough gestures for its logits to separate unknown ones."""
    labels = take.spec.labels
    return len(labels) - len(idle_labels(labels)) >= MIN_GESTURES
