"""A stand-in for `cuda.bindings.runtime`: as strict about addresses and order as a GPU, on the host's memory.

Queued work runs when the stream is synchronised, and new memory is not zeroed, so that a missing wait or memset changes
the numbers.
"""

from enum import IntEnum
from types import SimpleNamespace

import numpy as np


class cudaError_t(IntEnum):
    cudaSuccess = 0
    cudaErrorMemoryAllocation = 2
    cudaErrorInsufficientDriver = 35
    cudaErrorNoDevice = 100


class cudaMemcpyKind(IntEnum):
    cudaMemcpyHostToDevice = 1
    cudaMemcpyDeviceToHost = 2


OK = (cudaError_t.cudaSuccess,)


class StandInCuda:
    """The functions that the engine calls, one GPU behind them.

    Args:
        name: the GPU's.
        capability: major and minor.
        capacity: bytes of the GPU's memory.
        devices: number of GPUs.
        driver: CUDA version of the driver, 0 for none.
    """

    cudaError_t, cudaMemcpyKind, cudaStreamNonBlocking = cudaError_t, cudaMemcpyKind, 1

    def __init__(self, name="Orin", capability=(8, 7), capacity=1 << 30, devices=1, driver=13000):
        self.name, self.capability, self.capacity, self.devices, self.driver = (
            name,
            capability,
            capacity,
            devices,
            driver,
        )
        self.device, self.host = {}, {}
        self.streams: dict[int, list] = {}
        self.copies: list[tuple[str, int]] = []
        """Kind and size of every copy that was queued."""

    def cudaGetDeviceCount(self):
        if self.driver < 12000:
            return cudaError_t.cudaErrorInsufficientDriver, None
        return (*OK, self.devices) if self.devices else (cudaError_t.cudaErrorNoDevice, None)

    def cudaDriverGetVersion(self):
        return (*OK, self.driver)

    def cudaRuntimeGetVersion(self):
        return (*OK, 13050)

    def cudaGetDevice(self):
        return (*OK, 0)

    def cudaGetDeviceProperties(self, device):
        major, minor = self.capability
        return (*OK, SimpleNamespace(name=self.name.encode(), major=major, minor=minor))

    def cudaGetErrorString(self, status):
        return (*OK, status.name.encode())

    def cudaStreamCreateWithFlags(self, flags):
        assert flags == self.cudaStreamNonBlocking
        handle = 0x1000 + len(self.streams)
        self.streams[handle] = []
        return (*OK, handle)

    def cudaStreamDestroy(self, stream):
        return self.cudaStreamSynchronize(stream)  # CUDA, too, finishes what was queued

    def cudaStreamSynchronize(self, stream):
        queue, self.streams[stream] = self.streams[stream], []
        for work in queue:
            work()
        return OK

    def cudaMalloc(self, size):
        if sum(map(len, self.device.values())) + size > self.capacity:
            return cudaError_t.cudaErrorMemoryAllocation, None
        return (*OK, _allocate(self.device, size))

    def cudaMallocHost(self, size):
        return (*OK, _allocate(self.host, size))

    def cudaFree(self, address):
        del self.device[address]
        return OK

    def cudaFreeHost(self, address):
        del self.host[address]
        return OK

    def cudaMemsetAsync(self, address, value, size, stream):
        target = self.on_device(address, size)
        self.streams[stream].append(lambda: target.fill(value))
        return OK

    def cudaMemcpyAsync(self, target, source, size, kind, stream):
        to_device = kind == cudaMemcpyKind.cudaMemcpyHostToDevice
        into, out_of = (self.device, self.host) if to_device else (self.host, self.device)
        a, b = _view(into, target, size), _view(out_of, source, size)
        self.streams[stream].append(lambda: np.copyto(a, b))
        self.copies.append(("in" if to_device else "out", size))
        return OK

    def on_device(self, address, size):
        """The bytes at an address of the GPU; an address that is not its own fails."""
        return _view(self.device, address, size)


def _allocate(pool, size):
    backing = np.full(size + 256, 0xAB, np.uint8)
    skip = -backing.ctypes.data % 256
    memory = backing[skip : skip + size]
    pool[memory.ctypes.data] = memory
    return memory.ctypes.data


def _view(pool, address, size):
    for base, memory in pool.items():
        if base <= address and address + size <= base + len(memory):
            return memory[address - base : address - base + size]
    raise AssertionError(f"{size} bytes at {address:#x} were not allocated here")
