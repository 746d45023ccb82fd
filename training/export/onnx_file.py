"""Traces a module to an ONNX file with metadata."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

OPSET = 17
"""Read by ONNX Runtime since 1.12 and by TensorRT since 8.6, hence by 10.3."""


def write_graph(
    module: nn.Module,
    given: tuple[Tensor, ...],
    inputs: Sequence[str],
    outputs: Sequence[str],
    metadata: Mapping[str, str],
    path: Path,
    change: Callable[[onnx.GraphProto], None] = lambda _: None,
) -> None:
    """Trace a module, check the graph and write it.

    Args:
        module: in evaluation mode.
        given: example inputs; the graph has their shapes.
        inputs: the names of the inputs.
        outputs: the names of the outputs.
        metadata: written to the file.
        path: the file.
        change: changes the traced graph in place before it is written.
    """
    with warnings.catch_warnings():
        # The tracer is deprecated in favour of torch.export, which needs two more packages for the same graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            given,
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(path)
    change(model.graph)
    for key, value in metadata.items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
