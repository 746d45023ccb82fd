"""The difference between two forms of a model, on the same random pictures."""

from collections.abc import Callable

import numpy as np

from common.arrays import Floats
from models.engines.base import Engine
from models.frame import Image

TOLERANCE = 1e-3
"""Largest accepted difference of logits between two forms of a network."""

StepAll = Callable[[Image], Floats]
"""Steps a batch of streams: pictures uint8 [N, H, W, 3] to logits [N, labels]."""


def stepping(engine: Engine) -> StepAll:
    """Steps an engine's streams from an empty past."""
    state = engine.start()

    def step(pictures: Image) -> Floats:
        nonlocal state
        output, state = engine.step(pictures, state)
        return output.logits

    return step


def largest_difference(engine: Engine, step: StepAll, streams: int, seed: int = 0) -> float:
    """The largest absolute difference of logits, in the first and last stream of a batch of random pictures."""
    random, largest = np.random.default_rng(seed), 0.0
    states = {stream: engine.start() for stream in {0, streams - 1}}
    for _ in range(engine.spec.ring_phases() + 3):
        pictures = random.integers(0, 256, (streams, *engine.spec.picture_shape[1:]), dtype=np.uint8)
        logits = step(pictures)
        for stream, state in states.items():
            output, states[stream] = engine.step(pictures[stream][None], state)
            largest = max(largest, float(np.abs(output.logits[0] - logits[stream]).max()))
    return largest
