"""The rolled form of an exported model: a stream's past is an input and an output, as servers such as Triton need it.

Weights and outputs are the same, but every step copies the whole past (see `conversion/rolled_graph.py`).
"""

from pathlib import Path

import numpy as np
import onnxruntime as ort

from common.arrays import Floats
from common.errors import first_line
from common.whole_file import whole_file
from conversion.difference import TOLERANCE, StepAll, largest_difference, run_alone
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.onnxruntime_session import default_providers, open_session
from models.errors import ModelFileError
from models.frame import Image
from models.spec import LOGITS, PICTURE, ROLLED_KEY, ModelSpec

CHECK_STREAMS = 2
"""Streams in the batch of the check if their number is open."""

Past = dict[str, ort.OrtValue]
"""What the graph takes as `past.LAYER`, by these names."""


class RolledModel:
    """A rolled model in ONNX Runtime: steps N streams; the past that it returns is the input of the next step.

    Args:
        path: a rolled `.onnx`.
        threads: CPU threads per step.

    Raises:
        ModelFileError: the file is missing, damaged or not rolled.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._session = open_session(path, default_providers(), threads)
        metadata = self._session.get_modelmeta().custom_metadata_map
        if ROLLED_KEY not in metadata:
            raise ModelFileError(f"{path} is not a rolled export; make one with `python -m conversion rolled`")
        self.spec = ModelSpec.from_json(metadata[ROLLED_KEY], str(path))

    def start(self, streams: int) -> Past:
        """The empty past of `streams` streams."""
        shapes = {memory.rolled_input: (streams, *memory.rolled_shape[1:]) for memory in self.spec.memories}
        zeros = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        return {name: ort.OrtValue.ortvalue_from_numpy(array) for name, array in zeros.items()}

    def step(self, pictures: Image, past: Past) -> tuple[Floats, Past]:
        """Pictures uint8 [N, H, W, 3] and their streams' past to logits [N, labels] and the next past."""
        given = {PICTURE: ort.OrtValue.ortvalue_from_numpy(pictures), **past}
        names = [memory.rolled_output for memory in self.spec.memories]
        logits, *moved = self._session.run_with_ort_values([LOGITS, *names], given)
        return logits.numpy(), dict(zip((memory.rolled_input for memory in self.spec.memories), moved, strict=True))

    def stepping(self, streams: int) -> StepAll:
        """Streams from an empty past; each call makes one step."""
        past = self.start(streams)

        def step(pictures: Image) -> Floats:
            nonlocal past
            logits, past = self.step(pictures, past)
            return logits

        return step


def export_rolled(source: Path, path: Path, streams: int | None = None) -> ModelSpec:
    """Write the rolled form of an exported model, atomically.

    Args:
        source: the exported `.onnx`.
        path: the file to write.
        streams: number of streams in a batch; None keeps it open.

    Raises:
        ModelFileError: the source cannot be used, or the output of its rolled form differs.
        ModuleNotFoundError: onnx is not installed.
        WriteError: the file cannot be written.
    """
    engine = OnnxRuntimeEngine(source)
    if not engine.spec.memories:
        raise ModelFileError(f"{source} keeps no state between two pictures; serve the file itself")
    import onnx  # which those do not need who only run a rolled model

    from conversion.rolled_graph import roll

    model, tried = roll(onnx.load(source), engine.spec, streams), streams or CHECK_STREAMS
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelFileError(f"{source} cannot be rewritten ({first_line(error)}); export it again") from error
    with whole_file(path) as unfinished:
        onnx.save(model, unfinished)
        step = RolledModel(unfinished).stepping(tried)
        difference = largest_difference(run_alone(engine), step, tried, engine.spec)
        if difference > TOLERANCE:
            raise ModelFileError(f"the new {path.name} differs from {source} by {difference:.2g} > {TOLERANCE}")
    return engine.spec
