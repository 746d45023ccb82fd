"""Q/DQ: makes the INT8 form of a float graph with QuantizeLinear and DequantizeLinear.

Input, weight and output of a quantised layer are quantised. Biases stay float32: TensorRT does not accept INT32 before
DequantizeLinear, and ONNX Runtime quantises a float bias when it fuses the layer.
"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

from calibration.quantization.graph import LAYERS, FloatGraph
from calibration.quantization.ranges import LEVELS


def quantised(graph: FloatGraph, scales: Mapping[str, float], layers: Collection[str]) -> onnx.ModelProto:
    """The INT8 form of a graph.

    Args:
        graph: the float model; it is unchanged.
        scales: the scale of each group of tensors.
        layers: names of the nodes to quantise; all others stay float.
    """
    return _Writer(graph, scales, layers).write()


class _Writer:
    def __init__(self, graph: FloatGraph, scales: Mapping[str, float], layers: Collection[str]) -> None:
        self._graph = graph
        self._scales = scales
        self._layers = frozenset(layers)
        self._kept = frozenset(output.name for output in graph.model.graph.output)
        self._readers = {name for node in graph.model.graph.node for name in node.input}
        self._constants: dict[str, TensorProto] = {}
        self._quantised: set[str] = set()

    def write(self) -> onnx.ModelProto:
        model = onnx.ModelProto()
        model.CopyFrom(self._graph.model)
        nodes = [new for node in self._graph.model.graph.node for new in self._rewritten(node)]
        used = {name for node in nodes for name in node.input}
        kept = [tensor for name, tensor in self._graph.weights.items() if name in used]
        for field, content in (("node", nodes), ("initializer", [*kept, *self._constants.values()])):
            model.graph.ClearField(field)
            getattr(model.graph, field).extend(content)
        model.graph.ClearField("value_info")
        return model

    def _rewritten(self, node: NodeProto) -> Iterator[NodeProto]:
        """Yield a node unchanged, or a layer with the nodes that quantise its tensors."""
        if node.name not in self._layers:
            yield node
            return
        layer = NodeProto()
        layer.CopyFrom(node)
        yield from self._read(layer)
        yield from self._weigh(layer)
        output = node.output[0]
        if self._is_final(output):
            yield layer
        else:
            layer.output[0] = f"{output}.float"
            yield layer
            yield from self._pair(layer.output[0], output, self._scale(output))
            self._quantised.add(output)

    def _is_final(self, tensor: str) -> bool:
        """Whether a tensor is an output of the graph that no node reads; logits are not rounded."""
        return tensor in self._kept and tensor not in self._readers

    def _read(self, layer: NodeProto) -> Iterator[NodeProto]:
        """Quantise the input of a layer, once per tensor."""
        tensor = layer.input[0]
        if tensor in self._quantised:  # as another layer wrote it
            return
        layer.input[0] = f"{tensor}.rounded"
        if layer.input[0] not in self._quantised:
            self._quantised.add(layer.input[0])
            yield from self._pair(tensor, layer.input[0], self._scale(tensor))

    def _weigh(self, layer: NodeProto) -> Iterator[NodeProto]:
        """Quantise the weight of a layer, with one scale per output channel."""
        name, axis = layer.input[1], LAYERS[layer.op_type]
        weight: NDArray[np.float32] = numpy_helper.to_array(self._graph.weights[name])
        steps = channel_steps(weight)
        grid = np.round(weight / steps.reshape(-1, *[1] * (weight.ndim - 1))).astype(np.int8)
        layer.input[1] = f"{name}.rounded"
        if layer.input[1] not in self._quantised:
            self._quantised.add(layer.input[1])
            ends = [self._constant(f"{name}.{kind}", array) for kind, array in _ends_of(grid, steps)]
            yield helper.make_node("DequantizeLinear", ends, [layer.input[1]], f"{name}.dequantise", axis=axis)

    def _pair(self, tensor: str, result: str, scale: float) -> Iterator[NodeProto]:
        """Yield QuantizeLinear and DequantizeLinear for a tensor."""
        grid = f"{result}.int8"
        step = self._constant(f"{result}.scale", np.array(scale, np.float32))
        zero = self._constant(f"{result}.zero", np.array(0, np.int8))
        yield helper.make_node("QuantizeLinear", [tensor, step, zero], [grid], f"{result}.quantise")
        yield helper.make_node("DequantizeLinear", [grid, step, zero], [result], f"{result}.dequantise")

    def _scale(self, tensor: str) -> float:
        return self._scales[self._graph.group_of(tensor)]

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        self._constants[name] = numpy_helper.from_array(value, name)
        return name


def channel_steps(weight: NDArray[np.float32]) -> NDArray[np.float32]:
    """The scale of each output channel, float32 [channels], that covers its largest weight."""
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    return np.where(largest > 0, largest / LEVELS, 1.0).astype(np.float32)


def _ends_of(grid: NDArray[np.int8], steps: NDArray[np.float32]) -> list[tuple[str, NDArray[np.generic]]]:
    return [("int8", grid), ("scales", steps), ("zeros", np.zeros(len(steps), np.int8))]
