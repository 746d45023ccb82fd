"""Getting a TensorRT engine: from a `.plan`, from the cache, or built now and compared with ONNX Runtime."""

import dataclasses
import math
from collections.abc import Callable, Iterable
from pathlib import Path

from common.log import log
from models.engines.base import Engine
from models.engines.cuda_device import find_gpu
from models.engines.onnx_to_plan import build_plan
from models.engines.parity import generated_clip, largest_difference, refusal
from models.engines.plan_file import Built, Plan, read_plan, sha256
from models.engines.tensorrt_cache import cached_path, drop_stale, find_kept, keep, read_onnx
from models.engines.tensorrt_engine import TensorrtEngine
from models.engines.tensorrt_runtime import find_tensorrt
from models.errors import EngineError, ModelFileError
from models.frame import Image


def load_plan(path: Path) -> TensorrtEngine:
    """The engine in a `.plan`, with the description in its `.json`.

    Raises:
        UnavailableError: there is no TensorRT or no GPU.
        EngineError: it is for another TensorRT or GPU, or GPU memory is too small.
        ModelFileError: a file is missing or damaged.
    """
    plan = read_plan(path)
    if not plan.data:
        raise ModelFileError(f"{path} was refused when it was built: its output was wrong. Give the .onnx")
    return TensorrtEngine(plan)


def load_or_build(onnx: Path, open_reference: Callable[[], Engine]) -> TensorrtEngine:
    """The engine of an ONNX file: from the cache, or built now.

    Args:
        onnx: the model file.
        open_reference: opens the same file in ONNX Runtime; called only if an engine has to be built.

    Raises:
        UnavailableError: there is no TensorRT or no GPU.
        EngineError: the engine cannot be built or run, or its output differs too much.
        ModelFileError: TensorRT does not accept the file.
    """
    runtime, gpu = find_tensorrt().name, find_gpu().name
    path = cached_path(onnx, runtime, gpu)
    engine, plan = None, find_kept(path)
    if plan is None:
        drop_stale(path, onnx, gpu)
        engine, plan = build_engine(onnx, open_reference())
        keep(path, plan)
    if why := refused(plan):
        raise EngineError(f"the engine that {runtime} makes of {onnx.name} for {gpu} is not used: {why}")
    kernels = path.with_suffix(".kernels")
    engine = engine or TensorrtEngine(plan, kernels)
    engine.keep_kernels(kernels)
    return engine


def build_engine(onnx: Path, reference: Engine, pictures: Iterable[Image] | None = None) -> tuple[TensorrtEngine, Plan]:
    """Build the engine of an ONNX file and measure its difference from the reference.

    Args:
        onnx: the model file.
        reference: ONNX Runtime with the same file.
        pictures: clip for the comparison; None for a generated one.

    Returns:
        The engine, and its plan, which is empty if the engine is to be refused.

    Raises:
        UserError: as `load_or_build`.
    """
    tensorrt, gpu, content = find_tensorrt(), find_gpu(), read_onnx(onnx)
    log.info("building %s with %s for %s: once, and Ctrl-C stops it", onnx.name, tensorrt.name, gpu.name)
    data, precision = build_plan(tensorrt, content, lambda share: log.info("building: %.0f %%", 100 * share))
    built = Built(sha256(content), tensorrt.name, gpu.name, precision, math.inf, sha256(data))
    engine = TensorrtEngine(Plan(data, reference.spec, built))
    difference = largest_difference(engine, reference, pictures or generated_clip(reference.spec))
    measured = Plan(data, reference.spec, dataclasses.replace(built, difference=difference))
    return engine, _without_data(measured) if refused(measured) else measured


def refused(plan: Plan) -> str:
    """Why an engine is not used, by the measurement of its build; empty if it may be used."""
    return refusal(plan.built.difference, plan.built.precision) if plan.built else ""


def _without_data(plan: Plan) -> Plan:
    """The record of a refused engine, so that it is not built again at every start."""
    return Plan(b"", plan.spec, dataclasses.replace(plan.built, plan_sha256="") if plan.built else None)
