"""ONNX Runtime, many streams in step: one ring with a row for each, which turns for all of them at once.

The graph is the batched form of a model, `MODEL.batch.onnx`, which `calibration.batched` makes: the same weights, with
the number of streams left open. It is said when the file is loaded, so that ONNX Runtime plans for just so many.
"""

from pathlib import Path

import numpy as np

from models.engines.base import Output, check_picture
from models.engines.onnxruntime_ring import Ring
from models.engines.onnxruntime_session import DEVICES, default_providers, describe, open_session, read_spec
from models.errors import ModelFileError, first_line
from models.frame import Image
from models.spec import BATCHED_KEY

SUFFIX = ".batch.onnx"


class OnnxRuntimeBatch:
    """So many streams through one model.

    Args:
        path: the batched form.
        streams: N, whether somebody uses all of them or not.
        providers: execution providers in order of preference; None takes the best that this build has.
        threads: CPU threads a step.

    Raises:
        ModelFileError: the file is missing, damaged or no batched form.
        EngineError: a provider that was asked for is not in this build.
    """

    def __init__(self, path: Path, streams: int, providers: tuple[str, ...] | None = None, threads: int = 1) -> None:
        session = open_session(path, providers or default_providers(), threads, streams)
        provider = session.get_providers()[0]
        self.spec = read_spec(session, path, BATCHED_KEY, streams)
        self.streams = streams
        self.name = f"onnxruntime:{provider}, a batch of {streams}"
        self._steps = 0
        try:
            self._ring = Ring(session, self.spec, DEVICES.get(provider, "cpu"), streams)
            self._warm_up()
        except Exception as error:  # ONNX Runtime raises a private class for each status code
            raise ModelFileError(f"{path} does not run: {first_line(error)}. Make it again, or for fewer.") from error

    def empty(self, row: int) -> None:
        """Forget what one row has seen; the others keep theirs."""
        self._ring.empty(row)

    def step(self, pictures: Image) -> Output:
        """Take a picture for every row, uint8 [streams, H, W, 3]; return an answer for every row."""
        check_picture(pictures, self.spec, self.streams)
        self._steps += 1
        return self._ring.step(pictures, self._steps)

    def _warm_up(self) -> None:
        """Step once on black, so that the first real frames do not wait for allocation and kernel choice."""
        self.step(np.zeros((self.streams, *self.spec.picture_shape[1:]), np.uint8))
        for row in range(self.streams):
            self.empty(row)


def load_batch(model: Path, streams: int, threads: int) -> OnnxRuntimeBatch:
    """Load the batched form that lies beside a model.

    Args:
        model: the `.onnx` that it was made from.
        streams: how many are to be stepped at once.
        threads: CPU threads a step.

    Raises:
        ModelFileError: there is none, it cannot be used, or it was made from another model.
    """
    path = model.with_suffix(SUFFIX)
    if model.suffix != ".onnx" or not path.is_file():
        raise ModelFileError(f"{model} has no batched form beside it; make it: `python -m calibration.batched {model}`")
    batch = OnnxRuntimeBatch(path, streams, threads=threads)
    if batch.spec != describe(model):
        raise ModelFileError(f"{path} was not made of this {model.name}; `python -m calibration.batched {model}`")
    return batch
