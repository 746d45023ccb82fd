"""The installed TensorRT module, with one interface for all versions.

TensorRT 10.3 (JetPack 6) to 11 and TensorRT-RTX have the same classes and calls. They differ in strong typing, which is
a flag in 10 and always on in 11 and RTX, and in that RTX compiles kernels when it opens an engine and can cache them.
"""

import importlib
from dataclasses import dataclass
from functools import cache
from typing import Any

from common.errors import first_line
from common.log import log
from models.engines.interrupts import held_back
from models.errors import EngineError, UnavailableError

MODULES = ("tensorrt", "tensorrt_rtx", "tensorrt_rtx_bindings")
"""In order of preference: TensorRT tunes for the chip, RTX also builds without one."""
OLDEST = 10
"""The first version of TensorRT with named tensors in all calls and with strong typing."""


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """An engine ready to run."""

    engine: Any
    """TensorRT's `ICudaEngine`."""
    context: Any
    """Its `IExecutionContext`."""
    kernels: Any = None
    """RTX's `IRuntimeCache`, or None."""


class Tensorrt:
    """One of TensorRT's modules.

    Args:
        module: TensorRT or TensorRT-RTX.
    """

    def __init__(self, module: Any) -> None:
        self.module = module
        self.name = f"{'tensorrt-rtx' if 'rtx' in module.__name__ else 'tensorrt'} {module.__version__}"
        """Such as `tensorrt 10.3.0`; an engine runs on the one that built it and no other."""
        self.logger = _make_logger(module)

    @property
    def network_flags(self) -> int:
        """Flags for a network with the types of the ONNX file, which is an option in TensorRT 10."""
        flags: Any = getattr(self.module, "NetworkDefinitionCreationFlag", None)
        return 1 << int(flags.STRONGLY_TYPED) if hasattr(flags, "STRONGLY_TYPED") else 0

    def open(self, plan: bytes, kernels: bytes = b"") -> Opened:
        """Open a serialised engine.

        Args:
            plan: the serialised engine.
            kernels: kernels that RTX compiled for it before; RTX checks whether they still fit.

        Raises:
            EngineError: this TensorRT does not open the plan on this GPU.
        """
        self.forget()
        engine = self.module.Runtime(self.logger).deserialize_cuda_engine(plan)
        settings: Any = engine.create_runtime_config() if hasattr(engine, "create_runtime_config") else None
        if not hasattr(settings, "create_runtime_cache"):
            opened = Opened(engine, engine and engine.create_execution_context())
        else:
            compiled = settings.create_runtime_cache()
            fits = kernels and compiled.deserialize(kernels)
            settings.set_runtime_cache(compiled)
            context = engine.create_execution_context(runtime_config=settings)
            opened = Opened(engine, context, None if fits else compiled)
        if opened.context is None:
            raise EngineError(f"{self.name} does not open the engine: {self.problem()}")
        return opened

    def forget(self) -> None:
        """Forget earlier errors, such as those of a build that was stopped."""
        self.logger.errors = []

    def problem(self) -> str:
        """The first error that TensorRT logged since the last call of this or of `forget`, in one line."""
        errors, self.logger.errors = self.logger.errors, []
        return first_line(Exception(errors[0]))[:300] if errors else "it gives no reason"


def find_tensorrt() -> Tensorrt:
    """The TensorRT that is installed.

    Raises:
        UnavailableError: none is.
        EngineError: it is too old, or does not load.
    """
    for name in MODULES:
        try:
            with held_back():
                module = importlib.import_module(name)
        except (ImportError, OSError) as error:
            if isinstance(error, ModuleNotFoundError) and error.name == name:
                continue
            raise EngineError(f"{name} does not load here: {first_line(error)}. Install it again.") from error
        found = _wrapped(module)
        if not found.name.startswith("tensorrt-rtx") and int(module.__version__.split(".")[0]) < OLDEST:
            raise EngineError(
                f"{found.name} is too old: 10.3 is needed, as in JetPack 6, or newer. See docs/tensorrt.md."
            )
        return found
    raise UnavailableError(
        "TensorRT is not installed. On a Jetson it comes with JetPack: make the environment with "
        "--system-site-packages; elsewhere `pip install tensorrt`. See docs/tensorrt.md."
    )


@cache
def _wrapped(module: Any) -> Tensorrt:
    """One wrapper per module and process: TensorRT keeps a reference to the first logger it gets."""
    return Tensorrt(module)


def _make_logger(module: Any) -> Any:
    class Logger(module.ILogger):  # type: ignore[misc]
        """Collects errors for exceptions, and passes other messages to the log at level debug."""

        def __init__(self) -> None:
            module.ILogger.__init__(self)
            self.errors: list[str] = []

        def log(self, severity: Any, message: str) -> None:
            if int(severity) <= int(module.ILogger.ERROR):
                self.errors.append(message)
            if int(severity) <= int(module.ILogger.WARNING):
                log.debug("TensorRT: %s", message)

    return Logger()
