"""Q/DQ: writing an INT8 form of a float graph, with its types in the graph.

A quantised layer reads a quantised tensor and a quantised weight and writes a quantised tensor. Biases stay float32:
TensorRT takes no Int32 behind DequantizeLinear, and ONNX Runtime folds a float bias in by itself.
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
        graph: the float model; it stays as it is.
        scales: by group of tensors, the step of its INT8 grid.
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
        """A node as it is, or a layer between what quantises its ends."""
        if node.name not in self._layers:
            yield node
            return
        layer = NodeProto()
        layer.CopyFrom(node)
        yield from self._read(layer)
        yield from self._weigh(layer)
        answer = node.output[0]
        if self._ends(answer):
            yield layer
        else:
            layer.output[0] = f"{answer}.float"
            yield layer
            yield from self._pair(layer.output[0], answer, self._scale(answer))
            self._quantised.add(answer)

    def _ends(self, answer: str) -> bool:
        """Whether a tensor leaves the graph and nobody reads it: logits are not rounded."""
        return answer in self._kept and answer not in self._readers

    def _read(self, layer: NodeProto) -> Iterator[NodeProto]:
        """Quantise what a layer reads, once a tensor."""
        tensor = layer.input[0]
        if tensor in self._quantised:  # as another layer wrote it
            return
        layer.input[0] = f"{tensor}.rounded"
        if layer.input[0] not in self._quantised:
            self._quantised.add(layer.input[0])
            yield from self._pair(tensor, layer.input[0], self._scale(tensor))

    def _weigh(self, layer: NodeProto) -> Iterator[NodeProto]:
        """Quantise a layer's weight, channel by channel."""
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
        """Onto the INT8 grid and back."""
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
    """The step of each output channel's grid, float32 [channels], that takes in its largest weight."""
    largest = np.abs(weight).reshape(len(weight), -1).max(axis=1)
    return np.where(largest > 0, largest / LEVELS, 1.0).astype(np.float32)


def _ends_of(grid: NDArray[np.int8], steps: NDArray[np.float32]) -> list[tuple[str, NDArray[np.generic]]]:
    return [("int8", grid), ("scales", steps), ("zeros", np.zeros(len(steps), np.int8))]
