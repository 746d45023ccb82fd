"""FloatGraph: an exported float model, the layers that can be quantised, and the tensors that share a scale."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import NodeProto, TensorProto

from calibration.errors import QuantizationError
from models.spec import SPEC_KEY, ModelSpec

LAYERS = {"Conv": 0, "Gemm": 0}
"""Operators to quantise, and the axis of output channels in their weights (Gemm: transposed, as exported)."""
GATES = ("Relu", "Clip")
"""Operators that clip values; the range of a scale need not cover what they clip."""
SAME_VALUES = (*GATES, "Concat", "Flatten", "Identity", "Max", "MaxPool", "Reshape", "Slice", "Split", "Transpose")
"""Operators whose outputs are values of their inputs: a quantised input needs no further rounding."""


@dataclass(frozen=True, eq=False)
class FloatGraph:
    """A model of this project in float32, with its description."""

    model: onnx.ModelProto
    spec: ModelSpec

    @classmethod
    def load(cls, path: Path) -> "FloatGraph":
        """Read an exported `.onnx`.

        Raises:
            QuantizationError: it cannot be read, has no description, or is not in float32.
        """
        try:
            model = onnx.load(path)
        except (OSError, DecodeError) as error:
            raise QuantizationError(f"{path} cannot be read as a model; give an exported .onnx") from error
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        if SPEC_KEY not in metadata:
            raise QuantizationError(f"{path} has no description; export it with python -m training.export")
        graph = cls(model, ModelSpec.from_json(metadata[SPEC_KEY], str(path)))
        graph._check_float(path)
        return graph

    @cached_property
    def layers(self) -> tuple[NodeProto, ...]:
        """The convolutions and matrix products with constant weights, in execution order."""
        return tuple(node for node in self.model.graph.node if self._is_layer(node))

    @cached_property
    def weights(self) -> dict[str, TensorProto]:
        """The constants by name."""
        return {tensor.name: tensor for tensor in self.model.graph.initializer}

    @cached_property
    def groups(self) -> dict[str, str]:
        """By tensor, the name of the group that shares its scale."""
        names = _Groups()
        for memory in self.spec.memories:
            names.join([memory.newest, *(memory.past(lag) for lag in memory.lags)])
        for node in self.model.graph.node:
            if node.op_type in SAME_VALUES:
                names.join([*self._carried(node), *node.output])
        return names.leaders()

    @cached_property
    def gated(self) -> frozenset[str]:
        """Tensors that are read by gates only."""
        gated = {node.input[0] for node in self.model.graph.node if node.op_type in GATES}
        others = {name for node in self.model.graph.node if node.op_type not in GATES for name in node.input}
        return frozenset(gated - others - {output.name for output in self.model.graph.output})

    def group_of(self, tensor: str) -> str:
        """The group of a tensor; its own name if it shares no scale."""
        return self.groups.get(tensor, tensor)

    def sources(self) -> dict[str, str]:
        """The tensors from which all values of quantised groups come, with their groups."""
        groups = {self.group_of(name) for layer in self.layers for name in (layer.input[0], layer.output[0])}
        made = (
            name
            for node in self.model.graph.node
            if node.op_type in GATES or node.op_type not in SAME_VALUES
            for name in node.output
        )
        return {name: self.group_of(name) for name in made if name not in self.gated and self.group_of(name) in groups}

    def activations(self) -> Iterator[str]:
        """Yield each float tensor that a node computes."""
        inferred = onnx.shape_inference.infer_shapes(self.model).graph
        typed = {value.name: value.type.tensor_type.elem_type for value in (*inferred.value_info, *inferred.output)}
        for node in self.model.graph.node:
            if node.op_type != "Constant":
                yield from (name for name in node.output if typed.get(name) == TensorProto.FLOAT)

    def _is_layer(self, node: NodeProto) -> bool:
        turned = node.op_type == "Gemm" and not any(a.name == "transB" and a.i for a in node.attribute)
        return node.op_type in LAYERS and node.input[1] in self.weights and not turned

    def _carried(self, node: NodeProto) -> list[str]:
        """The inputs whose values a node passes on; its other inputs are parameters."""
        return list(node.input) if node.op_type in ("Concat", "Max") else [node.input[0]]

    def _check_float(self, path: Path) -> None:
        kinds = {node.op_type for node in self.model.graph.node}
        if kinds & {"QuantizeLinear", "DequantizeLinear", "QLinearConv"}:
            raise QuantizationError(f"{path} is quantised already; give the float model that it was made from")
        if any(tensor.data_type == TensorProto.FLOAT16 for tensor in self.model.graph.initializer):
            raise QuantizationError(f"{path} is in FP16 already; give the float model that it was made from")
        if not self.layers:
            raise QuantizationError(f"{path} has no convolution with constant weights, so nothing to quantise")


class _Groups:
    """Groups of names (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def join(self, names: list[str]) -> None:
        """Put names into one group."""
        first, *rest = map(self._leader, names)
        for name in rest:
            self._parent[self._leader(name)] = self._leader(first)

    def leaders(self) -> dict[str, str]:
        """By name, its group's name."""
        return {name: self._leader(name) for name in self._parent}

    def _leader(self, name: str) -> str:
        while (parent := self._parent.setdefault(name, name)) != name:
            name = parent
        return name
