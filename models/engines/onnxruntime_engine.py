"""ONNX Runtime, one stream at a time, each with a ring of its own."""

from pathlib import Path

import numpy as np

from models.engines.base import Output, check_picture
from models.engines.onnxruntime_ring import Ring
from models.engines.onnxruntime_session import DEVICES, default_providers, open_session, read_spec
from models.errors import ModelFileError, first_line
from models.frame import Image
from models.state import StreamState


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
        return StreamState(Ring(self._session, self.spec, self._device))

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Run one picture, uint8 `spec.picture_shape`."""
        check_picture(picture, self.spec)
        ring: Ring = state.take()
        return ring.step(picture, state.steps), StreamState(ring, state.steps + 1)

    def close(self) -> None:
        """Nothing to give back: ONNX Runtime frees a session with its last reference."""

    def _warm_up(self) -> None:
        """Step twice on black, so that the first real frame does not pay for allocation and kernel choice."""
        state = self.start()
        for _ in range(2):
            _, state = self.step(np.zeros(self.spec.picture_shape, np.uint8), state)
