"""ONNX Runtime, with each stream's past in a ring of slots that is bound once and never copied.

A stream owns `spec.ring_length` slots for every memory. Step t writes its newest slices into slot t % length and reads
the slices of lag k from slot (t - k) % length. Each of these phases is bound once, when the stream starts, so a step
is one copy of the picture in and one `run_with_iobinding`.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.engines.base import Output, check_picture
from models.errors import EngineError, ModelFileError, first_line
from models.frame import Image
from models.spec import EMBEDDING, LOGITS, PICTURE, ROLLED_KEY, SPEC_KEY, ModelSpec
from models.state import StreamState

NOT_BY_DEFAULT = ("TensorrtExecutionProvider", "NvTensorRTRTXExecutionProvider", "AzureExecutionProvider")
"""Providers left out unless asked for: TensorRT has an engine of its own here, Azure is no local device."""

log = logging.getLogger("mstnet")

DEVICES = {"CUDAExecutionProvider": "cuda"}
"""Where a provider wants its tensors; all others take them on the CPU."""


@dataclass(slots=True, eq=False)
class Ring:
    """One stream's past: its slots, and the bindings that turn them."""

    picture: Image
    logits: NDArray[np.float32]
    embedding: NDArray[np.float32]
    slots: dict[str, list[ort.OrtValue]]
    """By layer, `ring_length` slices that stay where they are."""
    phases: list[ort.IOBinding]
    """One binding a phase."""


class OnnxRuntimeEngine:
    """A model file in ONNX Runtime.

    Args:
        path: the `.onnx`, which describes itself.
        providers: execution providers in order of preference; None takes the best that this build has.
        threads: CPU threads a step; more than one seldom pays for nets of this size.

    Raises:
        ModelFileError: the file is missing, damaged or does not describe itself.
        EngineError: a provider that was asked for is not in this build.
    """

    def __init__(self, path: Path, providers: tuple[str, ...] | None = None, threads: int = 1) -> None:
        self._session = open_session(path, providers or default_providers(), threads)
        self.spec = read_spec(self._session, path)
        self._provider = self._session.get_providers()[0]
        if self._provider != (wanted := (providers or default_providers())[0]):
            log.warning(
                "ONNX Runtime did not get %s and runs on %s; is a driver or library missing?", wanted, self._provider
            )
        self._device = DEVICES.get(self._provider, "cpu")
        try:
            self._warm_up()
        except Exception as error:  # ONNX Runtime raises a private class for each status code
            raise ModelFileError(f"{path} does not run: {first_line(error)}. Export it again.") from error

    @property
    def name(self) -> str:
        """The provider that ONNX Runtime really gave, such as `onnxruntime:CPUExecutionProvider`."""
        return f"onnxruntime:{self._provider}"

    def start(self) -> StreamState:
        """A ring of zeros for a new stream, bound for every phase."""
        spec = self.spec
        ring = Ring(
            picture=np.zeros(spec.picture_shape, np.uint8),
            logits=np.zeros((1, len(spec.labels)), np.float32),
            embedding=np.zeros((1, spec.embedding_width), np.float32),
            slots={
                memory.layer: [self._zeros(memory.shape) for _ in range(spec.ring_length)] for memory in spec.memories
            },
            phases=[],
        )
        ring.phases.extend(self._bind(ring, phase) for phase in range(spec.ring_length))
        return StreamState(ring)

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Run one picture, uint8 `spec.picture_shape`."""
        check_picture(picture, self.spec)
        ring: Ring = state.take()
        ring.picture[:] = picture
        self._session.run_with_iobinding(ring.phases[state.steps % len(ring.phases)])
        return Output(ring.logits.copy(), ring.embedding.copy()), StreamState(ring, state.steps + 1)

    def close(self) -> None:
        """Nothing to give back: ONNX Runtime frees a session with its last reference."""

    def _zeros(self, shape: tuple[int, ...]) -> ort.OrtValue:
        return ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32), self._device)

    def _bind(self, ring: Ring, phase: int) -> ort.IOBinding:
        """Bind one phase: past slices to read, the slot to write, and the fixed arrays on the CPU."""
        binding = self._session.io_binding()
        binding.bind_input(PICTURE, "cpu", 0, np.uint8, ring.picture.shape, ring.picture.ctypes.data)
        for output, array in ((LOGITS, ring.logits), (EMBEDDING, ring.embedding)):
            binding.bind_output(output, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        for memory in self.spec.memories:
            slots = ring.slots[memory.layer]
            binding.bind_ortvalue_output(memory.newest, slots[phase])
            for lag in memory.lags:
                binding.bind_ortvalue_input(memory.past(lag), slots[phase - lag])
        return binding

    def _warm_up(self) -> None:
        """Step twice on black, so that the first real frame does not pay for allocation and kernel choice."""
        state = self.start()
        for _ in range(2):
            _, state = self.step(np.zeros(self.spec.picture_shape, np.uint8), state)


def default_providers() -> tuple[str, ...]:
    """The local providers of this build, best first; the CPU is always the last."""
    return tuple(provider for provider in ort.get_available_providers() if provider not in NOT_BY_DEFAULT)


def open_session(path: Path, providers: tuple[str, ...], threads: int) -> ort.InferenceSession:
    """Load a model file, quietly, or say in one line why not."""
    missing = [provider for provider in providers if provider not in ort.get_available_providers()]
    if missing:
        raise EngineError(
            f"this ONNX Runtime has no {missing[0]}; it has {', '.join(ort.get_available_providers())}. "
            "Install the build for your device (onnxruntime-gpu for CUDA) or leave the provider out."
        )
    if not path.is_file():
        raise ModelFileError(
            f"no model file {path}; give --model a .onnx file, or leave it out for the model in the box"
        )
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors come as exceptions; its warnings are not for users
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Without VNNI an x86 CPU adds INT8 products in 16 bits, where they overflow; this takes the way that does not.
    options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return ort.InferenceSession(str(path), options, providers=list(providers))
    except Exception as error:  # ONNX Runtime raises a private class for each status code
        raise ModelFileError(
            f"{path} is not a model that ONNX Runtime can run ({first_line(error)}). Copy or export it again."
        ) from error


def read_spec(session: ort.InferenceSession, path: Path) -> ModelSpec:
    """The spec in a model's metadata, held against the graph that it describes."""
    metadata = session.get_modelmeta().custom_metadata_map
    if ROLLED_KEY in metadata:
        raise ModelFileError(f"{path} is a rolled export, for servers; give the model that it was made from")
    if SPEC_KEY not in metadata:
        raise ModelFileError(
            f"{path} does not describe itself (no '{SPEC_KEY}' in its metadata); "
            "it was not exported by this project: export it with `python -m training.export`"
        )
    spec = ModelSpec.from_json(metadata[SPEC_KEY], str(path))
    for told, real in ((spec.inputs, session.get_inputs()), (spec.outputs, session.get_outputs())):
        found = {tensor.name: tuple(tensor.shape) for tensor in real}
        wrong = sorted(name for name in told | found if told.get(name) != found.get(name))
        if wrong:
            name = wrong[0]
            raise ModelFileError(
                f"{path} describes another graph than it holds: {name} is {told.get(name, 'not there')} in the "
                f"description and {found.get(name, 'not there')} in the graph. Export it again."
            )
    return spec
