"""FP16: makes the half-precision form of a float graph.

All inner tensors are float16. Inputs and outputs keep their types (uint8 picture, float32 slots, logits and embedding),
with a Cast at each. ONNX Runtime's own converter is not used: it leaves the nodes of such a graph out of order.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from calibration.errors import QuantizationError
from calibration.quantization.graph import FloatGraph

FLOAT16_MAX = float(np.finfo(np.float16).max)


def to_float16(graph: FloatGraph) -> onnx.ModelProto:
    """The FP16 form of a graph; the graph itself is unchanged.

    Raises:
        QuantizationError: a weight exceeds the range of float16.
    """
    model = onnx.ModelProto()
    model.CopyFrom(graph.model)
    weights = [_narrow(tensor) for tensor in model.graph.initializer]
    casts = {end.name: f"{end.name}.half" for end in (*model.graph.input, *model.graph.output) if _is_float(end)}
    input_casts = [
        helper.make_node("Cast", [end.name], [casts[end.name]], f"{end.name}.narrow", to=TensorProto.FLOAT16)
        for end in model.graph.input
        if end.name in casts
    ]
    nodes = [new for node in model.graph.node for new in _converted(node, casts, {o.name for o in model.graph.output})]
    for field, content in (("node", [*input_casts, *nodes]), ("initializer", weights)):
        model.graph.ClearField(field)
        getattr(model.graph, field).extend(content)
    model.graph.ClearField("value_info")
    return model


def _converted(node: NodeProto, casts: dict[str, str], ends: set[str]) -> Iterator[NodeProto]:
    """Yield a node in float16, then a Cast for each of its outputs that is an output of the graph."""
    half = NodeProto()
    half.CopyFrom(node)
    half.input[:] = [casts.get(name, name) for name in node.input]
    half.output[:] = [casts.get(name, name) for name in node.output]
    for attribute in half.attribute:
        if attribute.type == onnx.AttributeProto.TENSOR:
            attribute.t.CopyFrom(_narrow(attribute.t))
        if node.op_type == "Cast" and attribute.name == "to" and attribute.i == TensorProto.FLOAT:
            attribute.i = TensorProto.FLOAT16
    yield half
    for name in node.output:
        if name in ends and name in casts:
            yield helper.make_node("Cast", [casts[name]], [name], f"{name}.widen", to=TensorProto.FLOAT)


def _narrow(tensor: TensorProto) -> TensorProto:
    """A float32 constant as float16; others unchanged."""
    if tensor.data_type != TensorProto.FLOAT:
        return tensor
    values = numpy_helper.to_array(tensor)
    if np.abs(values).max(initial=0.0) > FLOAT16_MAX:
        raise QuantizationError(
            f"{tensor.name} has values above {FLOAT16_MAX:g}, the largest of float16; keep this model in FP32"
        )
    return numpy_helper.from_array(values.astype(np.float16), tensor.name)


def _is_float(end: ValueInfoProto) -> bool:
    return bool(end.type.tensor_type.elem_type == TensorProto.FLOAT)
