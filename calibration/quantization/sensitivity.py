"""Sensitivity: how much the output changes if one layer alone is quantised; chooses the layers left in float."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calibration.errors import QuantizationError
from calibration.quantization.agreement import Agreement
from calibration.quantization.graph import FloatGraph
from calibration.quantization.qdq import quantised
from calibration.quantization.streaming import run_streams
from models.frame import Image


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The change of the output when one layer alone is quantised."""

    layer: str
    agreement: Agreement


def sensitivities(
    graph: FloatGraph, scales: Mapping[str, float], streams: Sequence[Image], tick: Callable[[str], None]
) -> list[Sensitivity]:
    """Measure each layer alone, on streams; the most sensitive first.

    Args:
        graph: the float model.
        scales: the scale of each group of tensors.
        streams: pictures, uint8 [T, H, W, 3] each.
        tick: called with each layer's name before it is measured.
    """
    temperature = graph.spec.temperature
    expected, found = run_streams(graph, streams), []
    for layer in graph.layers:
        tick(layer.name)
        alone = FloatGraph(quantised(graph, scales, [layer.name]), graph.spec)
        pairs = list(zip(expected, run_streams(alone, streams), strict=True))
        found.append(Sensitivity(layer.name, Agreement.of(pairs, (temperature, temperature))))
    return sorted(found, key=lambda each: -each.agreement.total_variation)


def float_layers(
    graph: FloatGraph,
    scales: Mapping[str, float],
    streams: Sequence[Image],
    found: Sequence[Sensitivity],
    tolerance: float,
) -> tuple[str, ...]:
    """The smallest number of most sensitive layers to leave in float, so that the output stays within the tolerance.

    Found by bisection; each trial runs on the streams.

    Args:
        graph: the float model.
        scales: the scale of each group of tensors.
        streams: pictures, uint8 [T, H, W, 3] each.
        found: every layer, most sensitive first.
        tolerance: largest mean total variation, 0..1.

    Raises:
        QuantizationError: the least sensitive layer alone exceeds the tolerance.
    """
    temperature, expected = graph.spec.temperature, run_streams(graph, streams)
    order = [each.layer for each in found]

    def moved(kept: int) -> float:
        trial = FloatGraph(quantised(graph, scales, order[kept:]), graph.spec)
        pairs = list(zip(expected, run_streams(trial, streams), strict=True))
        return Agreement.of(pairs, (temperature, temperature)).total_variation

    kept = bisect_left(range(len(order)), True, key=lambda kept: moved(kept) <= tolerance)
    if kept == len(order):
        raise QuantizationError(
            f"any layer in INT8 changes the probabilities by more than {tolerance:g}; "
            "allow more with --tolerance, or keep the float model"
        )
    return tuple(order[:kept])
