"""Makes the batch of an exported graph dynamic: any number of streams in the first dimension of inputs and outputs."""

import numpy as np
import onnx
from onnx import numpy_helper

from models.spec import STREAMS


def open_batch(graph: onnx.GraphProto) -> None:
    """Leave the number of streams open in a graph that was traced with one, in place."""
    set_streams(graph, None)
    del graph.value_info[:]  # shapes in between, of one stream
    constants = {tensor.name: tensor for tensor in graph.initializer}
    constants |= {node.output[0]: node.attribute[0].t for node in graph.node if node.op_type == "Constant"}
    for node in graph.node:
        if node.op_type == "Reshape" and node.input[0] not in constants and node.input[1] in constants:
            _keep_first(graph, node, numpy_helper.to_array(constants[node.input[1]]))
    _drop_unused(graph)


def set_streams(graph: onnx.GraphProto, streams: int | None) -> None:
    """Set the first dimension of every input and output to a number of streams; None leaves it open."""
    for value in (*graph.input, *graph.output):
        first = value.type.tensor_type.shape.dim[0]
        first.ClearField("value")
        if streams is None:
            first.dim_param = STREAMS
        else:
            first.dim_value = streams


def _keep_first(graph: onnx.GraphProto, node: onnx.NodeProto, shape: np.ndarray) -> None:
    """Let a Reshape that was traced with one stream keep its first dimension, which is 0 in ONNX."""
    if shape[0] != 1:
        return
    name = f"{node.output[0]}.shape"
    graph.initializer.append(numpy_helper.from_array(np.array([0, *shape[1:]], np.int64), name))
    node.input[1] = name


def _drop_unused(graph: onnx.GraphProto) -> None:
    """Remove constants that no node reads; runtimes warn about each."""
    used = {name for node in graph.node for name in node.input}
    nodes = [node for node in graph.node if node.op_type != "Constant" or node.output[0] in used]
    tensors = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(tensors)
