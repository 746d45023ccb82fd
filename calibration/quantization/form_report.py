"""What became of a model when it was made smaller, as text."""

from collections.abc import Iterator

import numpy as np

from calibration.quantization.agreement import Agreement
from calibration.quantization.examples import pairs, step_ms
from calibration.quantization.making import Made

SHOWN = 10
"""Layers listed, most sensitive first."""


def report(made: Made) -> str:
    """Agreement with the float model, top-1, temperature, size, speed, and the most sensitive layers."""
    return "\n".join([*_answers(made), *_cost(made), *_layers(made)])


def _answers(made: Made) -> Iterator[str]:
    before, after = made.spec
    agreement = Agreement.of(pairs(made.judged), (before.temperature, after.temperature))
    which = "not calibrated with" if made.apart else "also calibrated with, for there are too few to keep some apart"
    yield f"on {len(made.judged)} recordings ({agreement.steps} steps), {which}:"
    yield f"  same likeliest label as float   {agreement.same:8.2%} of the steps"
    yield f"  probability moved, mean         {agreement.moved:8.4f} (total variation, 0..1)"
    yield f"  largest change of a probability {agreement.largest:8.4f}"
    labelled = [each for each in made.judged if each.footage.label in before.labels]
    if labelled:
        right = [sum(each.right(side, before.labels) for each in labelled) for side in (0, 1)]
        yield f"  top-1                           {right[0]} -> {right[1]} of {len(labelled)}"
    yield f"  temperature                     {before.temperature:.3f} -> {after.temperature:.3f}"


def _cost(made: Made) -> Iterator[str]:
    sizes = [path.stat().st_size / 1e6 for path in (made.source, made.path)]
    times = step_ms(made.judged)
    (one, other), ratio = np.median(times, axis=0), float(np.median(times[:, 1] / times[:, 0]))
    yield f"size {sizes[0]:.2f} -> {sizes[1]:.2f} MB"
    yield f"a step {one:.2f} -> {other:.2f} ms here (medians, in turns; ratio turn by turn {ratio:.2f})"


def _layers(made: Made) -> Iterator[str]:
    found, floats = made.small.sensitivities, made.small.floats
    if not found:
        return
    yield f"{len(found) - len(floats)} of {len(found)} layers in INT8; most sensitive, each quantised alone:"
    for each in found[: max(SHOWN, len(floats))]:
        kept = "stays float" if each.layer in floats else ""
        yield f"  {each.agreement.moved:.4f} {each.layer} {kept}".rstrip()
