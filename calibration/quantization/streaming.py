"""Streams pictures through a float graph and reads its inner tensors."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import onnx
import onnxruntime as ort

from calibration.quantization.graph import FloatGraph
from calibration.quantization.ranges import Histogram
from common.arrays import Floats
from models.frame import Image
from models.spec import LOGITS, PICTURE

Tensors = dict[str, Floats]


class TensorStream:
    """A float graph with inner tensors as further outputs.

    Args:
        graph: the model.
        tensors: names of the tensors, in addition to the newest slices.
    """

    def __init__(self, graph: FloatGraph, tensors: Iterable[str]) -> None:
        self._memories = graph.spec.memories
        self._length = graph.spec.ring_phases()
        self._session = _session(graph.model, tensors)
        self._names = [output.name for output in self._session.get_outputs()]

    def run(self, pictures: Image) -> Iterator[Tensors]:
        """Step through pictures, uint8 [T, H, W, 3], from an empty past; yield the outputs of each step."""
        empty = {memory.newest: np.zeros(memory.shape, np.float32) for memory in self._memories}
        past: deque[Tensors] = deque([empty] * self._length, self._length)
        for picture in pictures:
            slots = {memory.past(lag): past[-lag][memory.newest] for memory in self._memories for lag in memory.lags}
            values = self._session.run(None, {PICTURE: picture[None], **slots})
            shown: Tensors = dict(zip(self._names, values, strict=True))
            past.append({memory.newest: shown[memory.newest] for memory in self._memories})
            yield shown


def histograms_of(graph: FloatGraph, streams: Iterable[Image], wanted: Mapping[str, str]) -> dict[str, Histogram]:
    """Collect histograms of tensors over streams, each from an empty past.

    Args:
        graph: the model.
        streams: pictures, uint8 [T, H, W, 3] each.
        wanted: the tensors, each with the name of the histogram that counts it.
    """
    seen = {name: Histogram() for name in wanted.values()}
    stream = TensorStream(graph, wanted)
    for pictures in streams:
        for shown in stream.run(pictures):
            for tensor, name in wanted.items():
                seen[name].add(shown[tensor])
    return seen


def run_streams(graph: FloatGraph, streams: Iterable[Image]) -> list[Floats]:
    """The logits of each stream, float32 [T, labels], each from an empty past."""
    stream = TensorStream(graph, ())
    return [np.concatenate([shown[LOGITS] for shown in stream.run(pictures)]) for pictures in streams]


def _session(model: onnx.ModelProto, tensors: Iterable[str]) -> ort.InferenceSession:
    """A session of the graph with further outputs."""
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    there = {output.name for output in shown.graph.output}
    shown.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in tensors if name not in there)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "1")  # as the engine does
    return ort.InferenceSession(shown.SerializeToString(), options, providers=["CPUExecutionProvider"])
