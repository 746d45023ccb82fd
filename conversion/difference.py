"""The difference between two forms of a model, on the same random pictures."""

from collections.abc import Callable

import numpy as np

from common.arrays import Floats
from models.engines.base import Engine
from models.frame import Image
from models.spec import ModelSpec

TOLERANCE = 1e-3
"""Largest accepted difference of logits between two forms of a network."""

StreamLogits = Callable[[Image], Floats]
"""Runs one stream from its beginning: pictures uint8 [T, H, W, 3] to logits [T, labels]."""
StepAll = Callable[[Image], Floats]
"""Steps a batch of streams: pictures uint8 [N, H, W, 3] to logits [N, labels]."""


def run_alone(engine: Engine) -> StreamLogits:
    """Runs each stream on an engine, picture by picture."""

    def run(pictures: Image) -> Floats:
        step = stepping(engine)
        return np.concatenate([step(picture[None]) for picture in pictures])

    return run


def stepping(engine: Engine) -> StepAll:
    """Steps an engine's streams from an empty past."""
    state = engine.start()

    def step(pictures: Image) -> Floats:
        nonlocal state
        output, state = engine.step(pictures, state)
        return output.logits

    return step


def largest_difference(reference: StreamLogits, step: StepAll, streams: int, spec: ModelSpec, seed: int = 0) -> float:
    """The largest absolute difference of logits, in the first and last stream of a batch of random pictures."""
    shape = (spec.ring_phases() + 3, streams, *spec.picture_shape[1:])
    pictures = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    logits = np.stack([step(batch) for batch in pictures])
    return max(float(np.abs(reference(pictures[:, stream]) - logits[:, stream]).max()) for stream in {0, streams - 1})
