"""Build a TensorRT engine on the machine that will run it, and hold it against ONNX Runtime.

    python -m models.engines.tensorrt_build MODEL.onnx [--precision fp32|fp16|int8] [--out FILE.plan] [--clip FILE]
    python -m models.engines.tensorrt_build MODEL.onnx --check SM86 SM89

Precision lies in the ONNX file: NAME.fp16.onnx computes in halves, NAME.int8.onnx holds Q/DQ nodes. What is built is
kept where `--engine auto` and `--engine tensorrt` find it again. `--check` needs no GPU: it tells whether TensorRT-RTX
takes the file and can build it for these chips.
"""

import argparse
import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from common.errors import UserError
from models.engines import load_engine
from models.engines.onnx_to_plan import build_plan
from models.engines.parity import TOLERANCES
from models.engines.plan_file import write_plan
from models.engines.tensorrt_cache import cached_path, read_onnx
from models.engines.tensorrt_loading import build_engine, refused
from models.engines.tensorrt_runtime import find_tensorrt
from models.errors import EngineError, ModelFileError
from models.frame import Image
from models.preprocess import to_picture
from models.spec import ModelSpec

CLIP_STEPS = 200
"""Pictures of a given clip that the two are compared on, at most."""


def make(given: argparse.Namespace) -> str:
    """Build, compare and keep what the command line asks for; what came out."""
    onnx = in_precision(given.onnx, given.precision)
    began, reference = time.monotonic(), load_engine(onnx, "onnxruntime")
    pictures = list(pictures_of(given.clip, reference.spec)) if given.clip else None
    engine, plan = build_engine(onnx, reference, pictures)
    built = plan.built
    if built is None:
        raise AssertionError("what was built just now says how")
    if given.precision not in (None, built.precision):
        raise ModelFileError(f"{onnx} computes in {built.precision}, not in {given.precision}; make that file again")
    path = given.out or cached_path(onnx, built.runtime, built.gpu)
    write_plan(path, plan)
    if why := refused(plan):
        raise EngineError(f"{engine.name} is refused: {why}. --engine onnxruntime runs the file.")
    return (
        f"{path}: {engine.name}, {len(plan.data) / 1e6:.1f} MB in {time.monotonic() - began:.0f} s; logits are off by "
        f"{built.difference:.2%} of their range, where {TOLERANCES[built.precision]:.0%} is let pass"
    )


def check(onnx: Path, capabilities: list[str]) -> str:
    """Build for chips that need not be here, and keep nothing; what came out."""
    tensorrt = find_tensorrt()
    data, precision = build_plan(tensorrt, read_onnx(onnx), lambda _: None, capabilities)
    return f"{onnx}: {tensorrt.name} builds it in {precision} for {', '.join(capabilities)}, {len(data) / 1e6:.1f} MB"


def in_precision(onnx: Path, precision: str | None) -> Path:
    """The file beside `onnx` that computes in this precision; `onnx` itself where none is asked for.

    Raises:
        ModelFileError: it is not there; says what makes it.
    """
    if precision in (None, "fp32") or onnx.stem.endswith(f".{precision}"):
        return onnx
    path = onnx.with_suffix(f".{precision}.onnx")
    if not path.is_file():
        raise ModelFileError(
            f"{path} is not there, and precision lies in the file: make it with "
            f"`python -m calibration.quantize {onnx} RECORDINGS --precision {precision}`"
        )
    return path


def pictures_of(clip: Path, spec: ModelSpec) -> Iterator[Image]:
    """The first frames of a video as a network's pictures.

    Raises:
        ModelFileError: it cannot be read as a video.
    """
    capture = cv2.VideoCapture(str(clip))
    for k in range(CLIP_STEPS):
        read, frame = capture.read()
        if not read and k == 0:
            raise ModelFileError(f"{clip} cannot be read as a video; give --clip another, or leave it out")
        if not read:
            break
        yield to_picture(np.asarray(frame[:, :, ::-1], np.uint8), spec.height, spec.width)[None]
    capture.release()


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m models.engines.tensorrt_build", description="Build a TensorRT engine of an ONNX file."
    )
    parser.add_argument("onnx", type=Path, metavar="MODEL.onnx")
    parser.add_argument("--precision", choices=TOLERANCES, help="take NAME.fp16.onnx or NAME.int8.onnx beside the file")
    parser.add_argument("--out", type=Path, metavar="FILE.plan", help="write it there, not into the cache")
    parser.add_argument("--clip", type=Path, metavar="FILE", help="compare on this video, not on a generated clip")
    parser.add_argument("--check", nargs="+", metavar="SM", help="only see whether it builds for these chips, as SM86")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="tensorrt_build: %(message)s", stream=sys.stderr)
    try:
        print(check(in_precision(given.onnx, given.precision), given.check) if given.check else make(given))
    except UserError as error:
        print(f"tensorrt_build: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
