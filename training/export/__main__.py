"""Export a checkpoint to one self-describing ONNX file.

python -m training.export CHECKPOINT.pt OUT.onnx
"""

import argparse
import dataclasses
import sys
from pathlib import Path

from common.arguments import CommandParser, number, probability
from common.command import command
from models.errors import ModelFileError
from models.nets.checkpoint import load_checkpoint
from models.spec import Decoding, FastPass, ModelSpec
from training.export.clip_export import WINDOWS_S, describe_clips, export_clips, takes_clips
from training.export.stream_export import export

SUFFIX = ".onnx"
"""Of the written file."""


def fast_pass(spec: ModelSpec, given: argparse.Namespace) -> FastPass:
    """The fast pass of the options; smoothing and rest are divided like the lags."""
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
    """Export a checkpoint."""
    parser = CommandParser(prog="python -m training.export", description="Export a checkpoint to ONNX.")
    parser.add_argument("checkpoint", type=Path, help="a .pt file")
    parser.add_argument("out", type=Path, help=f"the {SUFFIX} file to write")
    parser.add_argument(
        "--fast-pass",
        type=number(int, 2),
        metavar="DIVISOR",
        help="add a fast pass with lags divided by this, for fast and repeated gestures",
    )
    parser.add_argument("--fast-temperature", type=number(float, 0.01), metavar="T", help="of that pass")
    parser.add_argument(
        "--fast-enter", type=probability, metavar="P", help="threshold of that pass (default: the main pass's)"
    )
    parser.add_argument(
        "--windows",
        type=number(float, 0.1),
        nargs="+",
        metavar="SECONDS",
        help="of a clip network: lengths of its windows",
    )
    given = parser.parse_args(arguments)
    if given.out.suffix != SUFFIX:
        raise ModelFileError(f"{given.out} does not end in {SUFFIX}, so the app would not run it; give such a name")
    net, spec = load_checkpoint(given.checkpoint)
    spec = dataclasses.replace(spec, name=given.out.stem)  # users see the name of the file
    if takes_clips(net):
        clip_spec = describe_clips(spec, tuple(given.windows or WINDOWS_S))
        export_clips(net, clip_spec, given.out)
        print(f"{given.out}: {given.out.stat().st_size / 1e6:.2f} MB, clips of {clip_spec.pictures} pictures")
        return 0
    if given.windows:
        raise ModelFileError(f"{given.checkpoint} is a stream network, which has no --windows; leave them out")
    if given.fast_pass:
        spec = dataclasses.replace(spec, fast_pass=fast_pass(spec, given))
    written = export(net, spec, given.out)
    size_mb = given.out.stat().st_size / 1e6
    print(f"{given.out}: {size_mb:.2f} MB, {len(written.memories)} memories, {written.past_bytes / 1e6:.1f} MB of past")
    return 0


if __name__ == "__main__":
    sys.exit(main())
