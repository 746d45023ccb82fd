"""The past of streams in ONNX Runtime: a ring buffer that is bound once and never copied.

Each layer has a ring with its own length (`spec.ring_slots`). Step t writes its newest slice into slot t % length and
reads that of lag k from slot (t - k) % length. After `spec.ring_phases` steps all rings are in the first phase again.
Each phase is bound once, when the rings are made, so a step is one copy of the pictures in and one
`run_with_iobinding`. Streams that share rings have one row each and the same phase.
"""

import numpy as np
import onnxruntime as ort

from models.engines.base import Output
from models.frame import Image
from models.spec import EMBEDDING, LOGITS, PICTURE, ModelSpec


class Ring:
    """Slots of zeros, and one binding per phase.

    Args:
        session: the network; its first dimension is the number of streams.
        spec: its description.
        device: where its provider needs the slots, `cpu` or `cuda`.
        streams: number of rows in each slot.
        lag_divisor: divisor of all lags.
    """

    def __init__(
        self, session: ort.InferenceSession, spec: ModelSpec, device: str, streams: int = 1, lag_divisor: int = 1
    ) -> None:
        self._session, self._spec, self._device, self._lag_divisor = session, spec, device, lag_divisor
        self._pictures = np.zeros((streams, *spec.picture_shape[1:]), np.uint8)
        self._logits = np.zeros((streams, len(spec.labels)), np.float32)
        self._embedding = np.zeros((streams, spec.embedding_width), np.float32)
        self.slots = {
            memory.layer: [self._zeros((streams, *memory.shape[1:])) for _ in range(length)]
            for memory, length in zip(spec.memories, spec.ring_slots(lag_divisor), strict=True)
        }
        """By layer, slices with fixed addresses."""
        self._phases = [self._bind(phase) for phase in range(spec.ring_phases(lag_divisor))]

    def step(self, pictures: Image, step: int) -> Output:
        """Run step number `step` on pictures, uint8 [streams, H, W, 3]; the outputs have one row per stream."""
        self._pictures[:] = pictures
        self._session.run_with_iobinding(self._phases[step % len(self._phases)])
        return Output(self._logits.copy(), self._embedding.copy())

    def empty(self, row: int) -> None:
        """Fill the slots of one row with zeros; other rows are unchanged."""
        for slots in self.slots.values():
            for slot in slots:
                slices = slot.numpy()  # on the CPU the slot's own memory, from a GPU a copy
                slices[row] = 0
                slot.update_inplace(slices)

    def _zeros(self, shape: tuple[int, ...]) -> ort.OrtValue:
        return ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32), self._device)

    def _bind(self, phase: int) -> ort.IOBinding:
        """Bind one phase: past slices to read, the slot to write, and the fixed arrays on the CPU."""
        binding = self._session.io_binding()
        binding.bind_input(PICTURE, "cpu", 0, np.uint8, self._pictures.shape, self._pictures.ctypes.data)
        for output, array in ((LOGITS, self._logits), (EMBEDDING, self._embedding)):
            binding.bind_output(output, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        for memory in self._spec.memories:
            slots = self.slots[memory.layer]
            binding.bind_ortvalue_output(memory.newest, slots[phase % len(slots)])
            for lag, back in zip(memory.lags, memory.steps_back(self._lag_divisor), strict=True):
                binding.bind_ortvalue_input(memory.past(lag), slots[(phase - back) % len(slots)])
        return binding
