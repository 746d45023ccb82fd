"""Sensitivity: how much each layer's quantisation alone moves the answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

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
