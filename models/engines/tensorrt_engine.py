"""TensorRT: the past of each stream is a ring buffer on the GPU that is never copied.

A stream owns one block of GPU memory with a fixed layout (`ring_layout`). Step t writes each layer's newest slice into
slot t % length of its ring and reads that of lag k from slot (t - k) % length, by setting the tensor addresses of its
phase. Only the picture is copied in, and only logits and embedding are copied out.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from common.log import log
from common.whole_file import WriteError, write_whole
from models.engines.base import Output, check_picture
from models.engines.cuda_device import DeviceMemory, PinnedMemory, find_gpu
from models.engines.plan_file import Plan
from models.engines.ring_layout import RingLayout, lay_out
from models.engines.tensorrt_runtime import Tensorrt, find_tensorrt
from models.errors import EngineError, ModelFileError
from models.frame import Image
from models.spec import EMBEDDING, LOGITS, PICTURE, ModelSpec
from models.state import StreamState


@dataclass(slots=True, eq=False)
class GpuRing:
    """One stream's memory."""

    layout: RingLayout
    device: DeviceMemory
    """Picture, outputs and slots, on the GPU."""
    host: PinnedMemory
    """Picture and outputs on the host, with the same layout."""


class TensorrtEngine:
    """A built engine on the GPU that it was built for, one stream at a time.

    Args:
        plan: the serialised engine with its spec.
        kernels: cache file for the kernels that TensorRT-RTX compiles when it opens an engine.

    Raises:
        UnavailableError: there is no TensorRT or no GPU.
        EngineError: the engine was built for another version or GPU, or GPU memory is too small.
        ModelFileError: the engine is not the network that its spec describes.
    """

    streams = 1

    def __init__(self, plan: Plan, kernels: Path | None = None) -> None:
        tensorrt, gpu = find_tensorrt(), find_gpu()
        _check_origin(plan, tensorrt.name, gpu.name)
        self.spec = plan.spec
        self.name = f"{tensorrt.name.replace(' ', ':')} {plan.built.precision if plan.built else ''} on {gpu.name}"
        self._tensorrt, self._gpu, self._turn = tensorrt, gpu, Lock()
        compiled = kernels.read_bytes() if kernels and kernels.is_file() else b""
        self._opened = tensorrt.open(plan.data, compiled)
        self._sizes = _tensor_sizes(tensorrt, self._opened.engine, plan.spec)
        self._warm_up()

    def start(self, lag_divisor: int = 1) -> StreamState:
        """A ring of zeros for a new stream."""
        layout = lay_out(self.spec, self._sizes, lag_divisor)
        return StreamState(
            GpuRing(layout, self._gpu.allocate(layout.end), self._gpu.allocate_pinned(layout.answer_end))
        )

    def forget(self, row: int, state: StreamState) -> StreamState:  # noqa: ARG002 - there is one stream
        """A new ring of zeros."""
        ring: GpuRing = state.take()
        return StreamState(replace(ring, device=self._gpu.allocate(ring.layout.end)), state.steps)

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Run one picture, uint8 `spec.picture_shape`."""
        check_picture(picture, self.spec)
        ring: GpuRing = state.take()
        ring.host.bytes[: picture.size] = picture.reshape(-1)
        with self._turn:  # streams share the context
            self._run(ring, state.steps % len(ring.layout.phases))
        return self._output(ring), StreamState(ring, state.steps + 1)

    def keep_kernels(self, path: Path) -> None:
        """Save the kernels that TensorRT-RTX compiled since the engine was opened; if that fails, log a warning."""
        if self._opened.kernels:
            try:
                write_whole(path, bytes(self._opened.kernels.serialize()))
            except WriteError as error:
                log.warning("%s; until then a start takes longer", error)

    def close(self) -> None:
        """Free the engine's memory; that of streams is freed with their states."""
        del self._opened

    def _run(self, ring: GpuRing, phase: int) -> None:
        """Copy the picture in, run one step, copy the outputs out."""
        device, host, layout = ring.device.address, ring.host.address, ring.layout
        context = self._opened.context
        self._gpu.copy_in(device, host, layout.logits)
        for name, place in layout.phases[phase]:
            context.set_tensor_address(name, device + place)
        if not context.execute_async_v3(int(self._gpu.stream)):
            raise EngineError(f"{self.name} failed in a step: {self._tensorrt.problem()}")
        self._gpu.copy_out(host + layout.logits, device + layout.logits, layout.answer_end - layout.logits)
        self._gpu.wait()

    def _output(self, ring: GpuRing) -> Output:
        """Logits and embedding, copied to new arrays."""
        labels, width = len(self.spec.labels), self.spec.embedding_width
        logits, embedding = (ring.host.bytes[start:] for start in (ring.layout.logits, ring.layout.embedding))
        return Output(
            logits[: 4 * labels].view(np.float32)[None].copy(), embedding[: 4 * width].view(np.float32)[None].copy()
        )

    def _warm_up(self) -> None:
        """Step twice on black, so that the first frame does not wait for lazy initialisation."""
        state = self.start()
        for _ in range(2):
            _, state = self.step(np.zeros(self.spec.picture_shape, np.uint8), state)


def _check_origin(plan: Plan, runtime: str, gpu: str) -> None:
    built = plan.built
    if built and (built.runtime, built.gpu) != (runtime, gpu):
        raise EngineError(
            f"this engine was built by {built.runtime} for {built.gpu}; here is {runtime} on {gpu}. Build it here: "
            "`python -m conversion tensorrt MODEL.onnx`, or give the .onnx"
        )


def _tensor_sizes(tensorrt: Tensorrt, engine: Any, spec: ModelSpec) -> Mapping[str, int]:
    """Bytes of each tensor of an engine, after a check against the spec.

    Raises:
        ModelFileError: the engine is another network than the spec describes.
    """
    types = tensorrt.module.DataType
    names = [engine.get_tensor_name(k) for k in range(engine.num_io_tensors)]
    found = {name: tuple(engine.get_tensor_shape(name)) for name in names}
    dtype = {name: engine.get_tensor_dtype(name) for name in names}
    wanted = {PICTURE: types.UINT8, LOGITS: types.FLOAT, EMBEDDING: types.FLOAT}
    wanted |= {memory.past(lag): dtype.get(memory.newest) for memory in spec.memories for lag in memory.lags}
    described = spec.inputs | spec.outputs
    wrong = [name for name in described | found if described.get(name) != found.get(name)]
    wrong += [name for name, kind in wanted.items() if dtype.get(name) != kind]
    if wrong:
        raise ModelFileError(
            f"the engine is not the network of its description: {wrong[0]} is {described.get(wrong[0], 'not there')} "
            f"there, and {found.get(wrong[0], 'not there')} of {dtype.get(wrong[0])} in the engine. Build it again."
        )
    return {name: math.prod(found[name]) * dtype[name].itemsize for name in names}
