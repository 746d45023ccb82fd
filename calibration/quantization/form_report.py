"""The result of a quantisation as text."""

from collections.abc import Iterator

import numpy as np

from calibration.quantization.agreement import Agreement
from calibration.quantization.examples import pairs, step_ms
from calibration.quantization.making import QuantizationResult

MAX_LAYERS = 10
"""Layers listed at most, the most sensitive first."""


def report(result: QuantizationResult) -> str:
    """Agreement with the float model, top-1, temperature, size, speed, and the most sensitive layers."""
    return "\n".join([*_agreement(result), *_cost(result), *_layers(result)])


def _agreement(result: QuantizationResult) -> Iterator[str]:
    before, after = result.spec
    agreement = Agreement.of(pairs(result.evaluated), (before.temperature, after.temperature))
    which = "not used for calibration" if result.separate else "also used for calibration, since there are too few"
    yield f"on {len(result.evaluated)} recordings ({agreement.steps} steps), {which}:"
    yield f"  same likeliest label as float   {agreement.same:8.2%} of the steps"
    yield f"  total variation, mean            {agreement.total_variation:8.4f} (0..1)"
    yield f"  largest change of a probability {agreement.largest:8.4f}"
    labelled = [each for each in result.evaluated if each.footage.label in before.labels]
    if labelled:
        right = [sum(each.right(side, before.labels) for each in labelled) for side in (0, 1)]
        yield f"  top-1                           {right[0]} -> {right[1]} of {len(labelled)}"
    yield f"  temperature                     {before.temperature:.3f} -> {after.temperature:.3f}"


def _cost(result: QuantizationResult) -> Iterator[str]:
    sizes = [path.stat().st_size / 1e6 for path in (result.source, result.path)]
    times = step_ms(result.evaluated)
    (one, other), ratio = np.median(times, axis=0), float(np.median(times[:, 1] / times[:, 0]))
    yield f"size {sizes[0]:.2f} -> {sizes[1]:.2f} MB"
    yield f"a step {one:.2f} -> {other:.2f} ms here (medians, steps alternate; median ratio {ratio:.2f})"


def _layers(result: QuantizationResult) -> Iterator[str]:
    found, floats = result.small.sensitivities, result.small.floats
    if not found:
        return
    yield f"{len(found) - len(floats)} of {len(found)} layers in INT8; most sensitive, each quantised alone:"
    for each in found[: max(MAX_LAYERS, len(floats))]:
        kept = "stays float" if each.layer in floats else ""
        yield f"  {each.agreement.total_variation:.4f} {each.layer} {kept}".rstrip()
