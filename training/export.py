"""Export a checkpoint to one ONNX file that describes itself, and prove that it answers as the network does.

    python -m training.export CHECKPOINT.pt OUT.onnx

The graph is one step of N streams: inputs `picture` (uint8 [N, H, W, 3]) and every past slice, outputs `logits`,
`embedding` and one newest slice a temporal layer. N is left open: one file serves one stream and many. It has no
Conv3d and no tensor of more than four dimensions. A clip network becomes a file of its own kind
(`training.clip_export`).
"""

import argparse
import dataclasses
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from common.arguments import number, probability
from common.command import command
from common.whole_file import whole_file
from conversion.difference import TOLERANCE, largest_difference, stepping
from conversion.open_batch import open_batch
from models.engines.onnxruntime_engine import OnnxRuntimeEngine
from models.engines.torch_engine import TorchEngine
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from models.nets.mstnet import MSTNet
from models.nets.timeline import Slots
from models.spec import EMBEDDING, LOGITS, PICTURE, SPEC_KEY, Decoding, FastPass, ModelSpec
from training.clip_export import WINDOWS_S, describe_clips, export_clips, takes_clips
from training.graph import write_graph
from training.lean_shufflenet import make_lean
from training.stacking import stacked

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
        logits, embedding, _ = self.net.answer(pixels, slots)
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
            difference = largest_difference(TorchEngine(net, spec), step, streams)
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


def fast_pass(spec: ModelSpec, given: argparse.Namespace) -> FastPass:
    """The fast pass that the command line asks for: smoothing and rest are divided as the lags are."""
    divisor, decoding = given.fast_pass, spec.decoding
    enter = given.fast_enter or decoding.rule.enter
    rule = dataclasses.replace(
        decoding.rule,
        enter=enter,
        exit=decoding.rule.exit * enter / decoding.rule.enter,
        rest_s=decoding.rule.rest_s / divisor,
    )
    faster = Decoding(decoding.smooth_s / divisor, rule, decoding.per_label)
    return FastPass(divisor, given.fast_temperature or spec.temperature, faster)


@command("export")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.export", description="Export a checkpoint to ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument(
        "--fast-pass",
        type=number(int, 2),
        metavar="DIVISOR",
        help="let the app run it a second time with lags divided by this, for fast and repeated gestures",
    )
    parser.add_argument("--fast-temperature", type=number(float, 0.01), metavar="T", help="of that pass")
    parser.add_argument("--fast-enter", type=probability, metavar="P", help="threshold of that pass; else its own")
    parser.add_argument(
        "--windows",
        type=number(float, 0.1),
        nargs="+",
        metavar="SECONDS",
        help="of a clip network: lengths of the clips it is given",
    )
    given = parser.parse_args(arguments)
    net, spec = load_checkpoint(given.checkpoint)
    spec = dataclasses.replace(spec, name=given.out.stem)  # what a user sees is what the file is called
    if takes_clips(net):
        clip_spec = describe_clips(spec, tuple(given.windows or WINDOWS_S))
        export_clips(net, clip_spec, given.out)
        print(f"{given.out}: {given.out.stat().st_size / 1e6:.2f} MB, clips of {clip_spec.pictures} pictures")
        return 0
    if given.windows:
        raise ModelFileError(f"{given.checkpoint} is a stream network, which has no --windows; leave them out")
    if given.fast_pass:
        spec = dataclasses.replace(spec, fast_pass=fast_pass(spec, given))
    export(net, spec, given.out)
    size_mb = given.out.stat().st_size / 1e6
    print(f"{given.out}: {size_mb:.2f} MB, {len(spec.memories)} memories, ring of {spec.ring_length} slots")
    return 0


if __name__ == "__main__":
    sys.exit(main())
