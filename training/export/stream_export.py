"""Exporting a stream network to one ONNX file that describes itself, proved to answer as the network does.

The graph is one step of N streams: inputs `picture` (uint8 [N, H, W, 3]) and every past slice, outputs `logits`,
`embedding` and one newest slice a temporal layer. N is left open: one file serves one stream and many. It has no
Conv3d and no tensor of more than four dimensions.
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
from training.export.lean_shufflenet import make_lean
from training.export.onnx_file import write_graph
from training.export.reference import in_chunks
from training.export.stacking import stacked

BATCH = 3
"""Streams that an exported file is tried with, besides one."""


class StepGraph(nn.Module):
    """One step with every past slice as an argument of its own; the form that is traced."""

    def __init__(self, net: MSTNet, spec: ModelSpec) -> None:
        super().__init__()
        self.net = net
        self._wanted = [(memory.layer, lag) for memory in spec.memories for lag in memory.lags]
        self._layers = [memory.layer for memory in spec.memories]

    def forward(self, picture: Tensor, *past: Tensor) -> tuple[Tensor, ...]:
        """Picture uint8 [1, H, W, 3] and the past slices to logits, embedding and the newest slices."""
        slots = Slots(dict(zip(self._wanted, past, strict=True)))
        # Cast before anything else: TensorRT takes uint8 nowhere but there.
        pixels = picture.to(torch.float32).permute(0, 3, 1, 2)
        logits, embedding, _ = self.net.run(pixels, slots)
        return logits, embedding, *(slots.newest[layer] for layer in self._layers)


def export(net: MSTNet, spec: ModelSpec, path: Path) -> None:
    """Write a causal network as a self-describing ONNX file; whole, or not at all.

    Raises:
        ModelFileError: the network looks into the future, or the written file does not answer as the network does.
    """
    if not net.causal:
        raise ModelFileError(
            f"{spec.name} looks into the future and cannot stream; train it with causal=True to export"
        )
    with whole_file(path) as unfinished:
        rewritten, rewritten_spec = stacked(net.eval(), spec)
        make_lean(rewritten)
        _write_graph(rewritten, rewritten_spec, unfinished)
        for streams in (1, BATCH):
            step = stepping(OnnxRuntimeEngine(unfinished, streams=streams))
            difference = largest_difference(in_chunks(net), step, streams, spec)
            if difference > TOLERANCE:
                raise ModelFileError(f"the exported {path} differs from its network by {difference:.2g} > {TOLERANCE}")


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
