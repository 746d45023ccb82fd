"""FP16: writing a half-precision form of a float graph, with its types in the graph.

Inside, everything is float16. What goes in and comes out stays as the contract has it: the picture uint8, the slots,
logits and embedding float32, with a Cast at each door. The converter that ONNX Runtime brings leaves the nodes of such
a graph in an order that the format forbids.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from calibration.errors import QuantizationError
from calibration.quantization.graph import FloatGraph

LARGEST = float(np.finfo(np.float16).max)


def halved(graph: FloatGraph) -> onnx.ModelProto:
    """The FP16 form of a graph, which stays as it is.

    Raises:
        QuantizationError: a weight is too large for float16.
    """
    model = onnx.ModelProto()
    model.CopyFrom(graph.model)
    weights = [_narrow(tensor) for tensor in model.graph.initializer]
    doors = {end.name: f"{end.name}.half" for end in (*model.graph.input, *model.graph.output) if _is_float(end)}
    ways_in = [
        helper.make_node("Cast", [end.name], [doors[end.name]], f"{end.name}.narrow", to=TensorProto.FLOAT16)
        for end in model.graph.input
        if end.name in doors
    ]
    nodes = [new for node in model.graph.node for new in _through(node, doors, {o.name for o in model.graph.output})]
    for field, content in (("node", [*ways_in, *nodes]), ("initializer", weights)):
        model.graph.ClearField(field)
        getattr(model.graph, field).extend(content)
    model.graph.ClearField("value_info")
    return model


def _through(node: NodeProto, doors: dict[str, str], ends: set[str]) -> Iterator[NodeProto]:
    """A node in float16, and behind it a Cast for each of its tensors that leaves the graph."""
    half = NodeProto()
    half.CopyFrom(node)
    half.input[:] = [doors.get(name, name) for name in node.input]
    half.output[:] = [doors.get(name, name) for name in node.output]
    for attribute in half.attribute:
        if attribute.type == onnx.AttributeProto.TENSOR:
            attribute.t.CopyFrom(_narrow(attribute.t))
        if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.FLOAT16
    yield half
    for name in node.output:
        if name in ends and name in doors:
            yield helper.make_node("Cast", [doors[name]], [name], f"{name}.widen", to=TensorProto.FLOAT)


def _narrow(tensor: TensorProto) -> TensorProto:
    """A constant in float16, if it is one in float32."""
    if tensor.data_type != TensorProto.FLOAT:
        return tensor
    values = numpy_helper.to_array(tensor)
    if np.abs(values).max(initial=0.0) > LARGEST:
        raise QuantizationError(f"{tensor.name} holds values beyond {LARGEST:g}, float16's largest; keep this in FP32")
    return numpy_helper.from_array(values.astype(np.float16), tensor.name)


def _is_float(end: ValueInfoProto) -> bool:
    return bool(end.type.tensor_type.elem_type == TensorProto.FLOAT)
