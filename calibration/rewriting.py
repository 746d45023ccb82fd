"""Writing another form of a model: whole, and only once it has been shown to answer as the model does."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from common.errors import first_line
from common.whole_file import whole_file
from models.engines.base import Engine
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.frame import Image

if TYPE_CHECKING:
    import onnx  # which those do not need who only run what was written

TOLERANCE = 1e-3
"""Largest difference of logits between two forms of a network."""

StepAll = Callable[[Image], NDArray[np.float32]]
"""Steps a batch of streams: pictures uint8 [N, H, W, 3] to logits [N, labels]."""


def write_form(
    engine: OnnxRuntimeEngine,
    source: Path,
    path: Path,
    rewrite: Callable[["onnx.ModelProto"], "onnx.ModelProto"],
    opened: Callable[[Path], StepAll],
    streams: int,
) -> None:
    """Write another form of an exported model.

    Args:
        engine: runs the model.
        source: its `.onnx`.
        path: the file to write.
        rewrite: makes the other form.
        opened: begins to run it, so many streams at once.
        streams: how many.

    Raises:
        ModelFileError: the form is no valid graph, or answers otherwise.
        WriteError: the file cannot be written.
    """
    import onnx

    model = _rewritten(source, rewrite)
    with whole_file(path) as unfinished:
        onnx.save(model, unfinished)
        difference = largest_difference(engine, opened(unfinished), streams)
        if difference > TOLERANCE:
            raise ModelFileError(f"the new {path.name} differs from {source} by {difference:.2g} > {TOLERANCE}")


def _rewritten(source: Path, rewrite: Callable[["onnx.ModelProto"], "onnx.ModelProto"]) -> "onnx.ModelProto":
    import onnx

    model = rewrite(onnx.load(source))
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelFileError(f"{source} cannot be rewritten ({first_line(error)}); export it again") from error
    return model


def stepping(engine: Engine) -> StepAll:
    """Steps an engine's streams from an empty past."""
    state = engine.start()

    def step(pictures: Image) -> NDArray[np.float32]:
        nonlocal state
        output, state = engine.step(pictures, state)
        return output.logits

    return step


def largest_difference(engine: Engine, step: StepAll, streams: int, seed: int = 0) -> float:
    """The largest absolute difference of logits, in the first and last of so many streams of random pictures."""
    random, largest = np.random.default_rng(seed), 0.0
    states = {stream: engine.start() for stream in {0, streams - 1}}
    for _ in range(engine.spec.ring_length + 3):
        pictures = random.integers(0, 256, (streams, *engine.spec.picture_shape[1:]), dtype=np.uint8)
        logits = step(pictures)
        for stream, state in states.items():
            output, states[stream] = engine.step(pictures[stream][None], state)
            largest = max(largest, float(np.abs(output.logits[0] - logits[stream]).max()))
    return largest
