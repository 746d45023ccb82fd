"""Lockstep: the streams of a batch step together, so that their ring turns for all of them at once."""

from collections import deque
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.frame import Image
from models.spec import LOGITS, PICTURE
from training.rolling import open_batch


class Lockstep:
    """An exported model with N streams in its batch and nothing copied: the best that batching can do.

    It needs every stream to have a picture at the same moment, as cameras do not, and is here to be measured against.

    Args:
        path: the exported `.onnx`.
        streams: N.
        threads: CPU threads a step.
    """

    def __init__(self, path: Path, streams: int, threads: int = 1) -> None:
        self.spec = OnnxRuntimeEngine(path).spec
        model = onnx.load(path)
        open_batch(model.graph, streams)
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        self._newest = [memory.newest for memory in self.spec.memories]
        shapes = {memory.newest: (streams, *memory.shape[1:]) for memory in self.spec.memories}
        empty = {name: ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32)) for name, shape in shapes.items()}
        self._past = deque([empty] * self.spec.ring_length, maxlen=self.spec.ring_length)

    def step(self, pictures: Image) -> NDArray[np.float32]:
        """Pictures uint8 [N, H, W, 3] to logits [N, labels]."""
        given = {PICTURE: ort.OrtValue.ortvalue_from_numpy(pictures)}
        for memory in self.spec.memories:
            given |= {memory.past(lag): self._past[-lag][memory.newest] for lag in memory.lags}
        logits, *newest = self._session.run_with_ort_values([LOGITS, *self._newest], given)
        self._past.append(dict(zip(self._newest, newest, strict=True)))
        return logits.numpy()
