"""Making a smaller form of a model: calibrate, write, refit the temperature, judge."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnx

from calibration.errors import QuantizationError
from calibration.quantization.calibration_clips import find_footage
from calibration.quantization.examples import ComparedRecording, Examples, refitted_temperature, show
from calibration.quantization.graph import FloatGraph
from calibration.quantization.half import halved
from calibration.quantization.model_file import save_model
from calibration.quantization.qdq import quantised
from calibration.quantization.scales import check_half_holds, find_scales
from calibration.quantization.sensitivity import Sensitivity, left_in_float, sensitivities
from common.whole_file import whole_file
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.spec import ModelSpec


@dataclass(frozen=True, slots=True, eq=False)
class Small:
    """A smaller form of a graph, and how it came about."""

    model: onnx.ModelProto
    how: str
    """In a sentence, for the model's own description."""
    sensitivities: tuple[Sensitivity, ...] = ()
    """Of every layer, most sensitive first; empty where none was measured."""
    floats: tuple[str, ...] = ()
    """Layers left in float."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What came of it all."""

    source: Path
    path: Path
    spec: tuple[ModelSpec, ModelSpec]
    """Of the float model and of the smaller one."""
    small: Small
    judged: tuple[ComparedRecording, ...]
    apart: bool
    """Whether it was judged on other recordings than those it was made with."""


def make(source: Path, recordings: Sequence[Path], path: Path, precision: str, tolerance: float) -> Made:
    """Make the INT8 or FP16 form of a float model.

    Args:
        source: the float `.onnx`.
        recordings: videos, takes and folders of them.
        path: the file to write.
        precision: `int8` or `fp16`.
        tolerance: how far INT8 may move the answers, as mean total variation, 0..1.

    Raises:
        UserError: something given cannot be used.
    """
    if path.resolve() == source.resolve():
        raise QuantizationError(f"{path} is the float model itself; choose another --out")
    graph = FloatGraph.load(source)
    examples = Examples.of(find_footage(recordings, graph.spec.labels), graph.spec)
    try:
        small = _half(graph, examples) if precision == "fp16" else _int8(graph, examples, tolerance)
    finally:
        _tell("")
    spec = replace(graph.spec, name=path.stem, trained=f"{graph.spec.trained} {small.how}".strip())
    one = OnnxRuntimeEngine(source)
    with whole_file(path) as unfinished:
        save_model(small.model, spec, unfinished)
        shown = show(examples.calibration, one, OnnxRuntimeEngine(unfinished))
        spec = replace(spec, temperature=refitted_temperature(shown, graph.spec))
        save_model(small.model, spec, unfinished)
        judged = show(examples.judging, one, OnnxRuntimeEngine(unfinished)) if examples.apart else shown
    return Made(source, path, (graph.spec, spec), small, tuple(judged), examples.apart)


def _int8(graph: FloatGraph, examples: Examples, tolerance: float) -> Small:
    _tell(f"streaming {len(examples.calibration)} recordings through the float model")
    scales = find_scales(graph, examples.streams())
    streams = examples.some_streams()
    found = sensitivities(graph, scales, streams, lambda layer: _tell(f"sensitivity of {layer}"))
    _tell("choosing what stays in float")
    floats = left_in_float(graph, scales, streams, found, tolerance)
    layers = [layer.name for layer in graph.layers if layer.name not in floats]
    how = (
        f"INT8 by calibration.quantize: {len(layers)} of {len(graph.layers)} layers, "
        f"ranges from {len(examples.calibration)} streamed recordings, tolerance {tolerance:g}."
    )
    return Small(quantised(graph, scales, layers), how, tuple(found), floats)


def _half(graph: FloatGraph, examples: Examples) -> Small:
    _tell(f"streaming {len(examples.calibration)} recordings through the float model")
    check_half_holds(graph, examples.streams())
    return Small(halved(graph), "FP16 by calibration.quantize.")


def _tell(what: str) -> None:
    """Say on a terminal what is going on, in one line that the next one overwrites."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)
