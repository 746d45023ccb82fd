"""Builds a TensorRT engine of an exported model and compares it with ONNX Runtime.

The ONNX file determines the precision: NAME.fp16.onnx computes in float16, NAME.int8.onnx has Q/DQ nodes. The engine is
saved in the cache of `--engine auto` and `--engine tensorrt`.
"""

import time
from itertools import islice
from pathlib import Path

from common.video import video_frames
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
"""Maximum number of pictures of a given clip for the comparison."""


def build(model: Path, out: Path | None = None, precision: str | None = None, clip: Path | None = None) -> str:
    """Build an engine of a model, compare it with ONNX Runtime and save it.

    Args:
        model: the `.onnx`.
        out: the `.plan` to write; None writes it into the cache.
        precision: use the file with this precision in the model's folder.
        clip: a video for the comparison; None for generated pictures.

    Returns:
        A line that describes the engine.

    Raises:
        ModelFileError: a file cannot be used.
        EngineError: TensorRT is missing, or the output of the engine differs too much.
        WriteError: the file cannot be written.
    """
    onnx = in_precision(model, precision)
    began, reference = time.monotonic(), load_engine(onnx, "onnxruntime")
    engine, plan = build_engine(onnx, reference, pictures_of(clip, reference.spec) if clip else None)
    built = plan.built
    if built is None:
        raise AssertionError("a new plan has its build description")
    if precision not in (None, built.precision):
        raise ModelFileError(f"{onnx} computes in {built.precision}, not in {precision}; make that file again")
    path = out or cached_path(onnx, built.runtime, built.gpu)
    write_plan(path, plan)
    if why := refused(plan):
        raise EngineError(f"{engine.name} is refused: {why}. --engine onnxruntime runs the file.")
    return (
        f"{path}: {engine.name}, {len(plan.data) / 1e6:.1f} MB in {time.monotonic() - began:.0f} s; logits differ by "
        f"{built.difference:.2%} of their range, at most {TOLERANCES[built.precision]:.0%} is accepted"
    )


def check(onnx: Path, capabilities: list[str]) -> str:
    """Build for chips that need not be present, without saving; return a line that describes the result."""
    tensorrt = find_tensorrt()
    data, precision = build_plan(tensorrt, read_onnx(onnx), lambda _: None, capabilities)
    return f"{onnx}: {tensorrt.name} builds it in {precision} for {', '.join(capabilities)}, {len(data) / 1e6:.1f} MB"


def in_precision(onnx: Path, precision: str | None) -> Path:
    """The file in the folder of `onnx` with this precision; `onnx` itself for None.

    Raises:
        ModelFileError: it is missing; the message has the command that makes it.
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


def pictures_of(clip: Path, spec: ModelSpec) -> list[Image]:
    """The first frames of a video as input pictures.

    Raises:
        ModelFileError: it cannot be read as a video.
    """
    pictures = [to_picture(frame, spec.height, spec.width)[None] for frame in islice(video_frames(clip), CLIP_STEPS)]
    if not pictures:
        raise ModelFileError(f"{clip} cannot be read as a video; give --clip another, or leave it out")
    return pictures
