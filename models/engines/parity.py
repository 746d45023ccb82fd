"""Parity: compares a built engine with ONNX Runtime on a clip; an engine that differs is not used."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from models.engines.base import Engine
from models.frame import Image
from models.spec import ModelSpec

TOLERANCES = {"fp32": 0.02, "fp16": 0.05, "int8": 0.2}
"""Largest accepted difference of logits, as a share of the range of the reference's logits.

fp32 allows for TF32, whose products have the ten mantissa bits of fp16; int8 allows for values that round differently
and stay in the past.
"""


def largest_difference(engine: Engine, reference: Engine, pictures: Iterable[Image]) -> float:
    """Run both on a clip of pictures, uint8 `spec.picture_shape` each.

    Returns:
        The largest absolute difference of logits over the mean range (largest less smallest logit) of the reference's
        logits; infinite if an output is not finite.
    """
    states, largest, ranges = [engine.start(), reference.start()], 0.0, []
    for picture in pictures:
        (got, states[0]), (right, states[1]) = engine.step(picture, states[0]), reference.step(picture, states[1])
        if not np.isfinite(got.logits).all():
            return math.inf
        largest = max(largest, float(np.abs(got.logits - right.logits).max()))
        ranges.append(float(np.ptp(right.logits)))
    return largest / max(float(np.mean(ranges)), 1e-6)


def refusal(difference: float, precision: str) -> str:
    """Why an engine with this difference is not used; empty if it may be used."""
    if difference <= TOLERANCES[precision]:
        return ""
    return (
        f"its logits are off by {difference:.1%} of their range on a clip, and at most {TOLERANCES[precision]:.0%} is "
        f"let pass for {precision}: it was built wrongly"
    )


def generated_clip(spec: ModelSpec, seed: int = 0) -> Iterator[Image]:
    """Pictures of a bright square that crosses a noisy ground, through every phase of the ring twice."""
    random = np.random.default_rng(seed)
    ground = random.integers(0, 160, spec.picture_shape, dtype=np.uint8)
    steps, side = 2 * spec.ring_phases() + 2, max(1, min(spec.height, spec.width) // 3)
    for k in range(steps):
        picture = ground + random.integers(0, 16, spec.picture_shape, dtype=np.uint8)
        left = (spec.width - side) * k // (steps - 1)
        picture[:, (spec.height - side) // 2 :][:, :side, left : left + side] = 230
        yield picture
