"""Scales: the INT8 grid of every group of tensors, from streams of the float model."""

from collections.abc import Iterable

from calibration.errors import QuantizationError
from calibration.quantization.graph import FloatGraph
from calibration.quantization.half import LARGEST
from calibration.quantization.streaming import observe
from models.frame import Image


def find_scales(graph: FloatGraph, streams: Iterable[Image]) -> dict[str, float]:
    """By group of tensors, the step of its grid: streamed, so that the past slots hold what they will hold in use."""
    return {group: seen.scale() for group, seen in observe(graph, streams, graph.sources()).items()}


def check_half_holds(graph: FloatGraph, streams: Iterable[Image]) -> None:
    """See that float16 holds every value that streams bring about.

    Raises:
        QuantizationError: one is beyond its largest.
    """
    seen = observe(graph, streams, {name: name for name in graph.activations()})
    name = max(seen, key=lambda each: seen[each].largest)
    if seen[name].largest > LARGEST:
        raise QuantizationError(
            f"{name} reaches {seen[name].largest:.3g}, float16 ends at {LARGEST:g}; stay with FP32, or make INT8"
        )
