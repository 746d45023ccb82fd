"""Export of a stream network to one self-describing ONNX file, checked against the network.

The graph is one step of N streams, with the inputs `picture` (uint8 [N, H, W, 3]) and every past slice, and the outputs
`logits`, `embedding` and the newest slice of each temporal layer. N is dynamic: one file serves one stream and many. It
has no Conv3d and no tensor of more than four dimensions.
"""

from pathlib import Path

import torch
from torch import Tensor, nn

from common.whole_file import whole_file
from conversion.difference import TOLERANCE, largest_difference, stepping
from conversion.open_batch import open_batch
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.errors import ModelFileError
from models.nets.mstnet import MSTNet
from models.nets.timeline import Slots
from models.spec import EMBEDDING, LOGITS, PICTURE, SPEC_KEY, ModelSpec
from training.export.lean_shufflenet import lean
from training.export.onnx_file import write_graph
from training.export.reference import in_chunks
from training.export.stacking import stack_layers

CHECK_STREAMS = 3
"""Batch size that an exported file is checked with, in addition to 1."""


class StepGraph(nn.Module):
    """One step with every past slice as a separate argument, for tracing."""

    def __init__(self, net: MSTNet, spec: ModelSpec) -> None:
        super().__init__()
        self.net = net
        self._wanted = [(memory.layer, lag) for memory in spec.memories for lag in memory.lags]
        self._layers = [memory.layer for memory in spec.memories]

    def forward(self, picture: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        """Picture uint8 [1, H, W, 3] and past slices to logits, embedding and the newest slices."""
        slots = Slots(dict(zip(self._wanted, past, strict=True)))
        # The cast comes first: TensorRT accepts uint8 for no other operation.
        pixels = picture.to(torch.float32).permute(0, 3, 1, 2)
        logits, embedding, _ = self.net.run(pixels, slots)
        return logits, embedding, *(slots.newest[layer] for layer in self._layers)


def export(net: MSTNet, spec: ModelSpec, path: Path) -> ModelSpec:
    """Write a causal network as a self-describing ONNX file, atomically, and return the spec in the file.

    Raises:
        ModelFileError: the network is not causal, or the outputs of the file differ from the network's.
    """
    if not net.causal:
        raise ModelFileError(f"{spec.name} is not causal and cannot stream; train it with causal=true to export it")
    with whole_file(path) as unfinished:
        rewritten, rewritten_spec = stack_layers(*lean(net.eval(), spec))
        _write_graph(rewritten, rewritten_spec, unfinished)
        for streams in (1, CHECK_STREAMS):
            step = stepping(OnnxRuntimeEngine(unfinished, streams=streams))
            difference = largest_difference(in_chunks(net), step, streams, spec)
            if difference > TOLERANCE:
                raise ModelFileError(f"the exported {path} differs from its network by {difference:.2g} > {TOLERANCE}")
    return rewritten_spec


def _write_graph(net: MSTNet, spec: ModelSpec, path: Path) -> None:
    """Trace one step and write the spec into the metadata."""
    past = [torch.zeros(memory.shape) for memory in spec.memories for _ in memory.lags]
    past_names = [memory.past(lag) for memory in spec.memories for lag in memory.lags]
    write_graph(
        StepGraph(net, spec),
        (torch.zeros(spec.picture_shape, dtype=torch.uint8), *past),
        [PICTURE, *past_names],
        [LOGITS, EMBEDDING, *(memory.newest for memory in spec.memories)],
        {SPEC_KEY: spec.to_json()},
        path,
        open_batch,
    )
