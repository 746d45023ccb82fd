"""The NVIDIA GPU: what it is, its memory, and a stream of work, through cuda-python."""

import ctypes
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engines.interrupts import held_back
from models.errors import EngineError, UnavailableError

INSTALL = "`pip install -r requirements-tensorrt.txt`"


class Gpu:
    """The current GPU; `CUDA_VISIBLE_DEVICES` chooses another.

    Args:
        runtime: the module `cuda.bindings.runtime`.
    """

    def __init__(self, runtime: Any) -> None:
        self._runtime = runtime
        properties = self.call("cudaGetDeviceProperties", self.call("cudaGetDevice"))
        self.name = f"{properties.name.decode().rstrip(chr(0))} (SM {properties.major}.{properties.minor})"
        """Such as `Orin (SM 8.7)`."""
        stream = self.call("cudaStreamCreateWithFlags", runtime.cudaStreamNonBlocking)
        self.stream = stream
        weakref.finalize(self, runtime.cudaStreamDestroy, stream)

    def call(self, function: str, *arguments: Any) -> Any:
        """Call a function of CUDA's runtime; its result, or None.

        Raises:
            EngineError: CUDA reports an error.
        """
        status, *results = getattr(self._runtime, function)(*arguments)
        if status == self._runtime.cudaError_t.cudaErrorMemoryAllocation:
            raise EngineError(
                f"the GPU is out of memory: {function} of {arguments[0] / 1e6:.1f} MB. "
                "Close what else uses it (`nvidia-smi`, on a Jetson `tegrastats`), or take a smaller model."
            )
        if status != self._runtime.cudaError_t.cudaSuccess:
            _, text = self._runtime.cudaGetErrorString(status)
            raise EngineError(f"the GPU reports an error in {function}: {text.decode()}. `dmesg` may say more.")
        return results[0] if results else None

    def allocate(self, size: int) -> "DeviceMemory":
        """Allocate zeroed memory on the GPU, `size` bytes, freed with the object."""
        memory = DeviceMemory(self.call("cudaMalloc", size))
        weakref.finalize(memory, self._runtime.cudaFree, memory.address)
        self.call("cudaMemsetAsync", memory.address, 0, size, self.stream)
        return memory

    def allocate_pinned(self, size: int) -> "PinnedMemory":
        """Allocate zeroed, page-locked memory of the host, `size` bytes, for direct copies by the GPU."""
        memory = PinnedMemory(self.call("cudaMallocHost", size), size)
        weakref.finalize(memory, self._runtime.cudaFreeHost, memory.address)
        return memory

    def copy_in(self, target: int, source: int, size: int) -> None:
        """Queue a copy of `size` bytes from the host to the GPU; both are addresses."""
        kind = self._runtime.cudaMemcpyKind.cudaMemcpyHostToDevice
        self.call("cudaMemcpyAsync", target, source, size, kind, self.stream)

    def copy_out(self, target: int, source: int, size: int) -> None:
        """Queue a copy of `size` bytes from the GPU to the host; both are addresses."""
        kind = self._runtime.cudaMemcpyKind.cudaMemcpyDeviceToHost
        self.call("cudaMemcpyAsync", target, source, size, kind, self.stream)

    def wait(self) -> None:
        """Wait for all queued work."""
        self.call("cudaStreamSynchronize", self.stream)


class DeviceMemory:
    """A block of GPU memory."""

    def __init__(self, address: int) -> None:
        self.address = address


class PinnedMemory:
    """A block of page-locked host memory."""

    def __init__(self, address: int, size: int) -> None:
        self.address = address
        self.bytes: NDArray[np.uint8] = np.ctypeslib.as_array((ctypes.c_uint8 * size).from_address(address))
        """A view, uint8 [size]; valid as long as this object."""
        self.bytes[:] = 0


def find_gpu() -> Gpu:
    """The GPU that CUDA would use.

    Raises:
        UnavailableError: there is none.
        EngineError: a package or the driver is missing or too old.
    """
    runtime = _runtime()
    status, count = runtime.cudaGetDeviceCount()
    if status == runtime.cudaError_t.cudaSuccess and count:
        return Gpu(runtime)
    _, driver = runtime.cudaDriverGetVersion()  # 0 without a driver
    if driver and status == runtime.cudaError_t.cudaErrorInsufficientDriver:
        _, needed = runtime.cudaRuntimeGetVersion()
        raise EngineError(
            f"the NVIDIA driver is too old: it knows CUDA {_version(driver)}, cuda-bindings here is for CUDA "
            f'{_version(needed)}. Update the driver, or `pip install "cuda-bindings<{driver // 1000 + 1}"`.'
        )
    raise UnavailableError("there is no NVIDIA GPU here that CUDA can use (`nvidia-smi` lists them)")


def _runtime() -> Any:
    try:
        with held_back():
            from cuda.bindings import runtime
    except ImportError as error:
        raise EngineError(f"TensorRT is here, but cuda-bindings, which feeds it, is not: {INSTALL}") from error
    return runtime


def _version(number: int) -> str:
    """A CUDA version number as text: 12040 is 12.4."""
    return f"{number // 1000}.{number % 1000 // 10}"
