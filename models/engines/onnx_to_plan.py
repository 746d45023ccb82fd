"""From an ONNX file's bytes to a serialised TensorRT engine."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, TypeVar

from common.errors import first_line
from models.engines.build_progress import Progress, monitor
from models.engines.tensorrt_runtime import Tensorrt
from models.errors import EngineError, ModelFileError

INTERRUPT_S = 0.1
"""Interval for checking Ctrl-C while TensorRT works."""

Result = TypeVar("Result")


def build_plan(
    tensorrt: Tensorrt, onnx: bytes, report: Callable[[float], None], capabilities: Sequence[str] = ()
) -> tuple[bytes, str]:
    """Build an engine; Ctrl-C stops it.

    Args:
        tensorrt: the runtime that builds it.
        onnx: the content of an ONNX file.
        report: called with the share that is done, 0 to 1.
        capabilities: chips to build for ahead of time, such as `SM86`, which TensorRT-RTX can do without a GPU; none
            is the GPU that is here.

    Returns:
        The serialised engine, and the smallest type that the graph computes in: fp32, fp16 or int8.

    Raises:
        ModelFileError: TensorRT does not accept the graph; the message names the node.
        EngineError: the build fails.
    """
    tensorrt.forget()
    builder = tensorrt.module.Builder(tensorrt.logger)
    network = builder.create_network(tensorrt.network_flags)
    _parse(tensorrt, network, onnx)
    _fix_streams(network)
    settings = builder.create_builder_config()
    if capabilities:
        _aim(tensorrt, settings, capabilities)
    progress = Progress(report)
    watcher = monitor(tensorrt.module, progress)
    if watcher:
        settings.progress_monitor = watcher
    plan = _interruptible(lambda: builder.build_serialized_network(network, settings), progress)
    if plan is None:
        raise EngineError(f"{tensorrt.name} cannot build the engine: {tensorrt.problem()}")
    return bytes(plan), precision_of(tensorrt.module, network)


def precision_of(module: Any, network: Any) -> str:
    """The smallest type that a parsed network computes in, which the ONNX file determines."""
    layers = [network.get_layer(k) for k in range(network.num_layers)]
    if any(layer.type == module.LayerType.DEQUANTIZE for layer in layers):
        return "int8"
    types = {layer.get_output(k).dtype for layer in layers for k in range(layer.num_outputs)}
    return "fp16" if module.DataType.HALF in types else "fp32"


def _parse(tensorrt: Tensorrt, network: Any, onnx: bytes) -> None:
    parser = tensorrt.module.OnnxParser(network, tensorrt.logger)
    if not parser.parse(onnx):
        why = first_line(Exception(str(parser.get_error(0)))) if parser.num_errors else tensorrt.problem()
        tensorrt.problem()  # the logger has the same message
        raise ModelFileError(f"{tensorrt.name} does not take this network: {why}")


def _fix_streams(network: Any) -> None:
    """Fix the number of streams at one: with fixed sizes TensorRT needs no profile and chooses better kernels."""
    for k in range(network.num_inputs):
        tensor = network.get_input(k)
        tensor.shape = (1, *tuple(tensor.shape)[1:])


def _aim(tensorrt: Tensorrt, settings: Any, capabilities: Sequence[str]) -> None:
    """Set the chips to build for, which need not be present."""
    known = getattr(tensorrt.module, "ComputeCapability", None)
    if unknown := [name for name in capabilities if not hasattr(known, name)]:
        raise EngineError(f"{tensorrt.name} does not build ahead of time for {unknown[0]}")
    settings.num_compute_capabilities = len(capabilities)
    for k, name in enumerate(capabilities):
        settings.set_compute_capability(getattr(known, name), k)


def _interruptible(work: Callable[[], Result], progress: Progress) -> Result:
    """Run `work` in a thread: while TensorRT works in the main thread, Ctrl-C is not handled."""
    with ThreadPoolExecutor(1, "build") as pool:
        future = pool.submit(work)
        try:
            while not wait([future], INTERRUPT_S).done:
                pass
        except KeyboardInterrupt:
            progress.cancelled = True  # leaving the pool waits for the build to stop
            raise
        return future.result()
