"""Ways to put many streams into one batch that are not in the app, to be measured against it."""

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from calibration.rolling import open_batch
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.frame import Image
from models.spec import LOGITS, PICTURE


class Lockstep:
    """N streams that step together: their rings turn as one and nothing is copied, the best that batching can do.

    It needs a picture of every stream at the same moment, as cameras do not give.

    Args:
        path: the exported `.onnx`.
        streams: N.
        threads: CPU threads a step.
    """

    def __init__(self, path: Path, streams: int, threads: int = 1) -> None:
        self.spec = OnnxRuntimeEngine(path).spec
        self._session = batched_session(path, streams, threads)
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


class Gathered:
    """N streams wherever each of them is in its ring: a step gathers the slices that it looks at, and scatters the new.

    Cameras of any rate could join such a batch and leave it.

    Args:
        path: the exported `.onnx`.
        streams: N; each begins a step behind the one before.
    """

    def __init__(self, path: Path, streams: int) -> None:
        self.spec = OnnxRuntimeEngine(path).spec
        self._session = batched_session(path, streams, threads=1)
        length = self.spec.ring_length
        self._rings = {m.layer: np.zeros((length, streams, *m.shape[1:]), np.float32) for m in self.spec.memories}
        self._each = np.arange(streams)
        self._phase = self._each % length

    def step(self, pictures: Image) -> NDArray[np.float32]:
        """Pictures uint8 [N, H, W, 3] to logits [N, labels]."""
        given: dict[str, NDArray[Any]] = {PICTURE: pictures}
        for memory in self.spec.memories:
            ring = self._rings[memory.layer]
            given |= {memory.past(lag): ring[self._phase - lag, self._each] for lag in memory.lags}
        logits, *newest = self._session.run([LOGITS, *(memory.newest for memory in self.spec.memories)], given)
        for memory, slices in zip(self.spec.memories, newest, strict=True):
            self._rings[memory.layer][self._phase, self._each] = slices
        self._phase = (self._phase + 1) % self.spec.ring_length
        return logits


def batched_session(path: Path, streams: int, threads: int) -> ort.InferenceSession:
    """An exported model with so many streams in its batch."""
    model = onnx.load(path)
    open_batch(model.graph, streams)
    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
