"""The command line of conversion."""

import argparse
import logging
import sys
from pathlib import Path

import conversion
from common.arguments import CommandParser, positive
from common.command import command
from conversion import tensorrt
from conversion.rolled import export_rolled
from conversion.triton import ServerLimits, write_repository
from models.engines.parity import TOLERANCES


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = CommandParser(
        prog="python -m conversion",
        description=conversion.__doc__,
    )
    forms = line.add_subparsers(dest="form", required=True, metavar="FORM")
    _add_rolled(forms.add_parser("rolled", help="the past is an input and an output"))
    _add_triton(forms.add_parser("triton", help="a repository for Triton Inference Server"))
    _add_tensorrt(forms.add_parser("tensorrt", help="an engine for TensorRT, built on this machine"))
    return line


def _add_rolled(form: argparse.ArgumentParser) -> None:
    form.add_argument("model", type=Path, metavar="MODEL.onnx")
    form.add_argument("out", type=Path, metavar="OUT.onnx")
    form.add_argument("--batch", type=batch, metavar="N|dynamic", help="streams in a batch (default: dynamic)")
    form.set_defaults(do=rolled)


def _add_triton(form: argparse.ArgumentParser) -> None:
    form.add_argument("model", type=Path, metavar="MODEL.onnx")
    form.add_argument("repository", type=Path, help="the folder that Triton serves; created if missing")
    form.add_argument("--name", help="name of the model for clients (default: the file's name)")
    form.add_argument("--max-batch", type=positive, default=ServerLimits().batch, metavar="N", help="cameras in a step")
    form.add_argument("--streams", type=positive, default=ServerLimits().streams, metavar="N", help="cameras in all")
    form.set_defaults(do=triton)


def _add_tensorrt(form: argparse.ArgumentParser) -> None:
    form.add_argument("model", type=Path, metavar="MODEL.onnx")
    form.add_argument(
        "--precision", choices=TOLERANCES, help="use NAME.fp16.onnx or NAME.int8.onnx in the file's folder"
    )
    form.add_argument("--out", type=Path, metavar="FILE.plan", help="write to this file instead of the cache")
    form.add_argument("--clip", type=Path, metavar="FILE", help="compare on this video instead of a generated clip")
    form.add_argument(
        "--check",
        nargs="+",
        metavar="SM",
        help="only check whether TensorRT-RTX builds it for these chips, such as SM86",
    )
    form.set_defaults(do=build_tensorrt)


def batch(text: str) -> int | None:
    """Streams in a batch, for argparse: a whole number above 0, or `dynamic`."""
    return None if text == "dynamic" else positive(text)


def rolled(given: argparse.Namespace) -> None:
    """Write a rolled form."""
    spec = export_rolled(given.model, given.out, given.batch)
    size_mb = given.out.stat().st_size / 1e6
    print(f"{given.out}: {size_mb:.2f} MB, {given.batch or 'any number of'} streams, {len(spec.memories)} pasts each")


def triton(given: argparse.Namespace) -> None:
    """Write a model repository."""
    limits = ServerLimits(given.max_batch, max(given.streams, given.max_batch))
    folder = write_repository(given.model, given.repository, given.name, limits)
    print(f"{folder}: up to {limits.streams} cameras, {limits.batch} in a step")
    print(f"tritonserver --model-repository={given.repository}")


def build_tensorrt(given: argparse.Namespace) -> None:
    """Build an engine, or check whether it can be built."""
    logging.basicConfig(level=logging.INFO, format="conversion: %(message)s", stream=sys.stderr)
    if given.check:
        print(tensorrt.check(tensorrt.in_precision(given.model, given.precision), given.check))
    else:
        print(tensorrt.build(given.model, given.out, given.precision, given.clip))


@command("conversion")
def main(arguments: list[str] | None = None) -> int:
    """Run the command; return the exit status."""
    given = parser().parse_args(arguments)
    given.do(given)
    return 0


if __name__ == "__main__":
    sys.exit(main())
