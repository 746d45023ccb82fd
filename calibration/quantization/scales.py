"""Scales: the INT8 scale of each group of tensors, from streams through the float model."""

from collections.abc import Iterable

from calibration.errors import QuantizationError
from calibration.quantization.graph import FloatGraph
from calibration.quantization.half import FLOAT16_MAX
from calibration.quantization.streaming import histograms_of
from models.frame import Image


def find_scales(graph: FloatGraph, streams: Iterable[Image]) -> dict[str, float]:
    """The scale of each group of tensors. The model is streamed, so that the slots hold what they hold in use."""
    return {group: seen.scale() for group, seen in histograms_of(graph, streams, graph.sources()).items()}


def check_float16_range(graph: FloatGraph, streams: Iterable[Image]) -> None:
    """Check that float16 can represent all values that occur in streams.

    Raises:
        QuantizationError: a value exceeds the range of float16.
    """
    seen = histograms_of(graph, streams, {name: name for name in graph.activations()})
    name = max(seen, key=lambda each: seen[each].largest)
    if seen[name].largest > FLOAT16_MAX:
        raise QuantizationError(
            f"{name} reaches {seen[name].largest:.3g}, and float16 ends at {FLOAT16_MAX:g}; keep FP32, or make INT8"
        )
