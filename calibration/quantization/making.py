"""Makes the INT8 or FP16 form of a model: calibration, file, temperature, evaluation."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnx

from calibration.errors import QuantizationError
from calibration.quantization.calibration_clips import find_clips
from calibration.quantization.examples import ComparedRecording, Examples, refitted_temperature, run_clips
from calibration.quantization.graph import FloatGraph
from calibration.quantization.half import to_float16
from calibration.quantization.model_file import save_model
from calibration.quantization.qdq import quantised
from calibration.quantization.scales import check_float16_range, find_scales
from calibration.quantization.sensitivity import Sensitivity, float_layers, sensitivities
from common.whole_file import whole_file
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.spec import ModelSpec


@dataclass(frozen=True, slots=True, eq=False)
class SmallerForm:
    """The INT8 or FP16 form of a graph."""

    model: onnx.ModelProto
    how: str
    """One sentence for the model's description."""
    sensitivities: tuple[Sensitivity, ...] = ()
    """Of every layer, most sensitive first; empty if not measured."""
    floats: tuple[str, ...] = ()
    """Layers left in float."""


@dataclass(frozen=True, slots=True, eq=False)
class QuantizationResult:
    """The written file and its evaluation."""

    source: Path
    path: Path
    spec: tuple[ModelSpec, ModelSpec]
    """Of the float model and of the smaller form."""
    small: SmallerForm
    evaluated: tuple[ComparedRecording, ...]
    separate: bool
    """Whether it was evaluated on other recordings than those for calibration."""


def make(source: Path, recordings: Sequence[Path], path: Path, precision: str, tolerance: float) -> QuantizationResult:
    """Make the INT8 or FP16 form of a float model.

    Args:
        source: the float `.onnx`.
        recordings: videos, takes and folders of them.
        path: the file to write.
        precision: `int8` or `fp16`.
        tolerance: largest change by INT8, as mean total variation of the probabilities, 0..1.

    Raises:
        UserError: the model or the recordings cannot be used.
    """
    if path.resolve() == source.resolve():
        raise QuantizationError(f"{path} is the float model itself; choose another --out")
    graph = FloatGraph.load(source)
    examples = Examples.of(find_clips(recordings, graph.spec.labels), graph.spec)
    try:
        small = _half(graph, examples) if precision == "fp16" else _int8(graph, examples, tolerance)
    finally:
        _show_progress("")
    spec = replace(graph.spec, name=path.stem, trained=f"{graph.spec.trained} {small.how}".strip())
    one = OnnxRuntimeEngine(source)
    with whole_file(path) as unfinished:
        save_model(small.model, spec, unfinished)
        shown = run_clips(examples.calibration, one, OnnxRuntimeEngine(unfinished))
        spec = replace(spec, temperature=refitted_temperature(shown, graph.spec))
        save_model(small.model, spec, unfinished)
        evaluated = run_clips(examples.evaluation, one, OnnxRuntimeEngine(unfinished)) if examples.separate else shown
    return QuantizationResult(source, path, (graph.spec, spec), small, tuple(evaluated), examples.separate)


def _int8(graph: FloatGraph, examples: Examples, tolerance: float) -> SmallerForm:
    _show_progress(f"streaming {len(examples.calibration)} recordings through the float model")
    scales = find_scales(graph, examples.streams())
    streams = examples.some_streams()
    found = sensitivities(graph, scales, streams, lambda layer: _show_progress(f"sensitivity of {layer}"))
    _show_progress("choosing what stays in float")
    floats = float_layers(graph, scales, streams, found, tolerance)
    layers = [layer.name for layer in graph.layers if layer.name not in floats]
    how = (
        f"INT8 by calibration.quantize: {len(layers)} of {len(graph.layers)} layers, "
        f"ranges from {len(examples.calibration)} streamed recordings, tolerance {tolerance:g}."
    )
    return SmallerForm(quantised(graph, scales, layers), how, tuple(found), floats)


def _half(graph: FloatGraph, examples: Examples) -> SmallerForm:
    _show_progress(f"streaming {len(examples.calibration)} recordings through the float model")
    check_float16_range(graph, examples.streams())
    return SmallerForm(to_float16(graph), "FP16 by calibration.quantize.")


def _show_progress(what: str) -> None:
    """Print progress on a terminal, over the previous message."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)
