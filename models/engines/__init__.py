"""Ways to run a network: one protocol, one file a runtime, and `load_engine` that chooses."""

from pathlib import Path

from models.engines.base import Engine, Output
from models.errors import EngineError, ModelFileError

__all__ = ["ENGINES", "Engine", "Output", "load_engine"]

ENGINES = ("auto", "onnxruntime", "tensorrt", "torch")
"""What `--engine` takes."""

SUFFIXES = {".onnx": "onnxruntime", ".pt": "torch", ".plan": "tensorrt"}
"""Which runtime a model file is for, when none is named."""


def load_engine(path: Path, engine: str = "auto") -> Engine:
    """Load a model file into a runtime, which is imported only now.

    Args:
        path: a `.onnx`, or a `.pt` checkpoint.
        engine: one of `ENGINES`; `auto` goes by the file's suffix, and takes the form of an `.onnx` that is fastest
            here, where others lie beside it.

    Raises:
        ModelFileError: the file is missing, damaged, or of an unknown kind.
        EngineError: the runtime is not installed or does not take such a file.
    """
    if path.suffix not in SUFFIXES:
        raise ModelFileError(f"{path} is no model file: it ends in {path.suffix!r}, expected {', '.join(SUFFIXES)}")
    wanted = SUFFIXES[path.suffix] if engine == "auto" else engine
    if wanted == "onnxruntime" and path.suffix == ".onnx":
        from models.engines.choice import fastest_form
        from models.engines.onnxruntime_engine import OnnxRuntimeEngine

        return OnnxRuntimeEngine(fastest_form(path) if engine == "auto" else path)
    if wanted == "torch" and path.suffix == ".pt":
        return _load_torch(path)
    if wanted == "tensorrt":
        raise EngineError("this version has no TensorRT engine yet; use --engine onnxruntime with the .onnx")
    raise EngineError(f"{wanted} does not run {path.suffix} files; give it one of its own, or leave --engine out")


def _load_torch(path: Path) -> Engine:
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
    return TorchEngine(*load_checkpoint(path))
