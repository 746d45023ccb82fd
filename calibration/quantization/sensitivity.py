"""Sensitivity: how much each layer's quantisation alone moves the answers, and which stay in float."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calibration.errors import QuantizationError
from calibration.quantization.agreement import Agreement
from calibration.quantization.graph import FloatGraph
from calibration.quantization.qdq import quantised
from calibration.quantization.streaming import answers
from models.frame import Image


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What became of the answers when one layer alone was quantised."""

    layer: str
    agreement: Agreement


def sensitivities(
    graph: FloatGraph, scales: Mapping[str, float], streams: Sequence[Image], tick: Callable[[str], None]
) -> list[Sensitivity]:
    """Quantise one layer at a time and stream; most sensitive first.

    Args:
        graph: the float model.
        scales: by group of tensors, the step of its INT8 grid.
        streams: pictures, uint8 [T, H, W, 3] each.
        tick: told each layer's name before its turn.
    """
    temperature = graph.spec.temperature
    expected, found = answers(graph, streams), []
    for layer in graph.layers:
        tick(layer.name)
        alone = FloatGraph(quantised(graph, scales, [layer.name]), graph.spec)
        pairs = list(zip(expected, answers(alone, streams), strict=True))
        found.append(Sensitivity(layer.name, Agreement.of(pairs, (temperature, temperature))))
    return sorted(found, key=lambda each: -each.agreement.moved)


def left_in_float(
    graph: FloatGraph,
    scales: Mapping[str, float],
    streams: Sequence[Image],
    found: Sequence[Sensitivity],
    tolerance: float,
) -> tuple[str, ...]:
    """The fewest of the most sensitive layers without which the answers move no further than allowed.

    Found by bisection, each trial on the streams themselves.

    Args:
        graph: the float model.
        scales: by group of tensors, the step of its INT8 grid.
        streams: pictures, uint8 [T, H, W, 3] each.
        found: every layer, most sensitive first.
        tolerance: the mean total variation allowed, 0..1.

    Raises:
        QuantizationError: even the least sensitive layer alone moves them further.
    """
    temperature, expected = graph.spec.temperature, answers(graph, streams)
    order = [each.layer for each in found]

    def moved(kept: int) -> float:
        trial = FloatGraph(quantised(graph, scales, order[kept:]), graph.spec)
        pairs = list(zip(expected, answers(trial, streams), strict=True))
        return Agreement.of(pairs, (temperature, temperature)).moved

    kept = bisect_left(range(len(order)), True, key=lambda kept: moved(kept) <= tolerance)
    if kept == len(order):
        raise QuantizationError(
            f"with any layer in INT8 the answers move by more than {tolerance:g} of their probability; "
            "allow more with --tolerance, or stay with the float model"
        )
    return tuple(order[:kept])
