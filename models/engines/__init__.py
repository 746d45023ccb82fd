"""Runtimes for a network: one protocol, one module per runtime, and `load_engine`, which chooses."""

from pathlib import Path

from common.errors import UserError
from common.log import log
from common.working_folder import NO_WORKING_FOLDER, has_working_folder
from models.engines.base import Engine, Output
from models.engines.clip_engine import ClipEngine
from models.errors import EngineError, ModelFileError, UnavailableError

__all__ = ["ENGINES", "ClipEngine", "Engine", "Output", "load_batch_engine", "load_clip_engine", "load_engine"]

ENGINES = ("auto", "onnxruntime", "tensorrt", "torch")
"""The values of `--engine`."""

RUNTIMES = {".onnx": ("onnxruntime", "tensorrt"), ".pt": ("torch",), ".plan": ("tensorrt",)}
"""The runtimes for each suffix of a model file."""


BATCHING = ("onnxruntime", "torch")
"""The runtimes that step several streams at the same time, by suffix."""


def load_batch_engine(path: Path, streams: int, threads: int, engine: str = "auto") -> Engine:
    """Load a model file into a runtime that steps several streams at the same time.

    Args:
        path: a `.onnx` or a `.pt` checkpoint.
        streams: number of streams.
        threads: CPU threads per step.
        engine: as for `load_engine`; `auto` is ONNX Runtime for a `.onnx`.

    Raises:
        ModelFileError: the file is missing, damaged, or of an unknown kind.
        EngineError: the runtime steps one stream only, is not installed, or does not take such a file.
    """
    runtimes = [name for name in _runtimes_of(path) if name in BATCHING]
    if not runtimes or engine not in ("auto", *runtimes):
        wanted = path.name if engine == "auto" else f"{path.name} through {engine}"
        raise EngineError(
            f"a batch of streams runs a .onnx through ONNX Runtime or a .pt through PyTorch, not {wanted}; "
            "give one of those, or run the streams separately"
        )
    return _load_torch(path, streams) if runtimes[0] == "torch" else _load_onnxruntime(path, streams, threads)


def load_clip_engine(path: Path) -> ClipEngine:
    """Load a clip network's file into ONNX Runtime.

    Raises:
        ModelFileError: the file is missing, damaged, or not a clip network.
    """
    from models.engines.clip_onnxruntime import OnnxRuntimeClipEngine

    return OnnxRuntimeClipEngine(path)


def load_engine(path: Path, engine: str = "auto") -> Engine:
    """Load a model file into a runtime, which is imported here.

    Args:
        path: a `.onnx`, a `.plan` with its `.json`, or a `.pt` checkpoint.
        engine: one of `ENGINES`; `auto` runs an `.onnx` with TensorRT if that and a GPU are available, else with ONNX
            Runtime in the fastest form; other files run in the runtime for their suffix.

    Raises:
        ModelFileError: the file is missing, damaged, or of an unknown kind.
        EngineError: the runtime is not installed, has no device here, or does not take such a file.
    """
    runtimes = _runtimes_of(path)
    if engine == "auto":
        return _load_best(path)
    if engine not in runtimes:
        raise EngineError(f"{engine!r} does not run {path.suffix} files; these do: {', '.join(('auto', *runtimes))}")
    return {"onnxruntime": _load_onnxruntime, "tensorrt": _load_tensorrt, "torch": _load_torch}[engine](path)


def _runtimes_of(path: Path) -> tuple[str, ...]:
    if path.suffix not in RUNTIMES:
        raise ModelFileError(f"{path} is no model file: it ends in {path.suffix!r}, expected {', '.join(RUNTIMES)}")
    return RUNTIMES[path.suffix]


def _load_best(path: Path) -> Engine:
    """TensorRT if it is available, else ONNX Runtime; logs why TensorRT is not used if it might be expected."""
    if path.suffix == ".pt":
        return _load_torch(path)
    try:
        return _load_tensorrt(path)
    except UserError as error:
        onnx = path.with_suffix(".onnx")
        if path != onnx and not onnx.is_file():
            raise
        engine = _load_fastest(onnx)
        if path != onnx or not isinstance(error, UnavailableError):
            log.warning("%s. Running on %s instead.", str(error).rstrip("."), engine.name)
        return engine


def _load_fastest(onnx: Path) -> Engine:
    from models.engines.fastest_form import fastest_form

    return _load_onnxruntime(fastest_form(onnx))


def _load_onnxruntime(path: Path, streams: int = 1, threads: int = 1) -> Engine:
    from models.engines.onnxruntime_engine import OnnxRuntimeEngine

    return OnnxRuntimeEngine(path, threads=threads, streams=streams)


def _load_tensorrt(path: Path) -> Engine:
    from models.engines.tensorrt_loading import load_or_build, load_plan

    return load_plan(path) if path.suffix == ".plan" else load_or_build(path, lambda: _load_onnxruntime(path))


def _load_torch(path: Path, streams: int = 1) -> Engine:
    if not has_working_folder():
        raise EngineError(NO_WORKING_FOLDER)
    try:
        from models.engines.torch_engine import TorchEngine
        from models.nets.checkpoint import load_checkpoint
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise EngineError(
            "running a .pt needs PyTorch, which is not installed: `pip install -r requirements-training.txt`, "
            "or give the exported .onnx"
        ) from error
    return TorchEngine(*load_checkpoint(path), streams=streams)
