"""Rolling: rewrites a streaming graph so that it shifts its own past and takes a batch of streams.

An exported graph takes each past slice as a separate input and returns the newest one; the caller keeps the ring of
slots. A state that is one input and one output, such as Triton's implicit state, cannot rotate. Therefore the past of a
layer is one tensor [N, length * C, H, W] of its last slices, oldest first. The graph slices what it reads, and returns
the tensor without the oldest slice and with the newest one at its end.
"""

from collections.abc import MutableSequence, Sequence
from typing import TypeVar

import numpy as np
import onnx
from onnx import helper, numpy_helper

from conversion.open_batch import set_streams
from models.spec import EMBEDDING, LOGITS, PICTURE, ROLLED_KEY, SPEC_KEY, MemorySpec, ModelSpec

Entry = TypeVar("Entry")


def roll(model: onnx.ModelProto, spec: ModelSpec, streams: int | None) -> onnx.ModelProto:
    """The rolled form of an exported model; the weights are the same.

    Args:
        model: a model from `training.export`.
        spec: its description.
        streams: N of every input and output; None keeps it open.

    Returns:
        A model of `picture` uint8 [N, H, W, 3] and `past.LAYER` to `logits`, `embedding` and `next.LAYER`.
    """
    rolled = onnx.ModelProto()
    rolled.CopyFrom(model)
    graph = rolled.graph
    before = [node for memory in spec.memories for node in _cuts(memory)]
    after = [node for memory in spec.memories for node in _shift(memory)]
    _replace(graph.node, [*before, *graph.node, *after])
    graph.initializer.extend(_constants(spec))
    picture, outputs = _named(graph.input, PICTURE), [_named(graph.output, name) for name in (LOGITS, EMBEDDING)]
    _replace(graph.input, [picture, *(_tensor(memory.rolled_input, memory) for memory in spec.memories)])
    _replace(graph.output, [*outputs, *(_tensor(memory.rolled_output, memory) for memory in spec.memories)])
    set_streams(graph, streams)
    _replace(rolled.metadata_props, [entry for entry in rolled.metadata_props if entry.key != SPEC_KEY])
    helper.set_model_props(rolled, {e.key: e.value for e in rolled.metadata_props} | {ROLLED_KEY: spec.to_json()})
    return rolled


def _cuts(memory: MemorySpec) -> list[onnx.NodeProto]:
    """Slice the past of a layer at its lags."""
    length, channels = max(memory.lags), memory.shape[1]
    return [
        _slice(memory.rolled_input, memory.past(lag), (length - lag) * channels, (length - lag + 1) * channels)
        for lag in memory.lags
    ]


def _shift(memory: MemorySpec) -> list[onnx.NodeProto]:
    """Remove the oldest slice and append the newest one."""
    length, channels = max(memory.lags), memory.shape[1]
    if length == 1:
        return [helper.make_node("Identity", [memory.newest], [memory.rolled_output])]
    younger = f"{memory.layer}.younger"
    return [
        _slice(memory.rolled_input, younger, channels, length * channels),
        helper.make_node("Concat", [younger, memory.newest], [memory.rolled_output], axis=1),
    ]


def _slice(source: str, result: str, start: int, end: int) -> onnx.NodeProto:
    """Cut channels `start` to `end`; the numbers are shared constants of `_constants`."""
    return helper.make_node("Slice", [source, _number(start), _number(end), _number(1)], [result])


def _number(value: int) -> str:
    return f"rolled.{value}"


def _constants(spec: ModelSpec) -> list[onnx.TensorProto]:
    """The constants of all slices: their starts and ends, and axis 1."""
    numbers = {1}
    for memory in spec.memories:
        numbers |= {place * memory.shape[1] for place in range(max(memory.lags) + 1)}
    return [numpy_helper.from_array(np.array([value], np.int64), _number(value)) for value in sorted(numbers)]


def _tensor(name: str, memory: MemorySpec) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, memory.rolled_shape)


def _named(values: Sequence[onnx.ValueInfoProto], name: str) -> onnx.ValueInfoProto:
    return next(value for value in values if value.name == name)


def _replace(field: MutableSequence[Entry], entries: Sequence[Entry]) -> None:
    """Replace the entries of a repeated field; new ones may come from the field itself."""
    copies = list(entries)
    del field[:]
    field.extend(copies)
