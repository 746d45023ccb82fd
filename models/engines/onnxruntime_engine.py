"""ONNX Runtime: one stream, or several that share a ring, one row per stream."""

from pathlib import Path

import numpy as np

from common.errors import first_line
from models.engines.base import Output, check_picture, in_step
from models.engines.onnxruntime_ring import Ring
from models.engines.onnxruntime_session import DEVICES, default_providers, open_session, read_spec
from models.errors import ModelFileError
from models.frame import Image
from models.state import StreamState


class OnnxRuntimeEngine:
    """A model file in ONNX Runtime.

    Args:
        path: a `.onnx` with a description.
        providers: execution providers in order of preference; None takes the best that this build has.
        threads: CPU threads per step; more than one rarely pays for one stream and networks of this size.
        streams: number of streams; fixed when the file is loaded, so that ONNX Runtime optimises for it.

    Raises:
        ModelFileError: the file is missing or damaged, or has no description.
        EngineError: a provider that was asked for is not in this build.
    """

    def __init__(
        self, path: Path, providers: tuple[str, ...] | None = None, threads: int = 1, streams: int = 1
    ) -> None:
        self.streams = streams
        self._session = open_session(path, providers or default_providers(), threads, streams)
        self.spec = read_spec(self._session, path, streams)
        self._provider = self._session.get_providers()[0]
        self._device = DEVICES.get(self._provider, "cpu")
        try:
            self._warm_up()
        except Exception as error:  # ONNX Runtime raises a private class for each status code
            raise ModelFileError(f"{path} does not run: {first_line(error)}. Export it again.") from error

    @property
    def name(self) -> str:
        """The provider in use, such as `onnxruntime:CPUExecutionProvider`."""
        return f"onnxruntime:{self._provider}{in_step(self.streams)}"

    def start(self, lag_divisor: int = 1) -> StreamState:
        """A ring of zeros, bound for every phase."""
        return StreamState(Ring(self._session, self.spec, self._device, self.streams, lag_divisor))

    def forget(self, row: int, state: StreamState) -> StreamState:
        """Fill one row's slots with zeros; the other rows keep theirs."""
        ring: Ring = state.take()
        ring.empty(row)
        return StreamState(ring, state.steps)

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Run a picture for each stream, uint8 [streams, H, W, 3]."""
        check_picture(picture, self.spec, self.streams)
        ring: Ring = state.take()
        return ring.step(picture, state.steps), StreamState(ring, state.steps + 1)

    def close(self) -> None:
        """Do nothing: ONNX Runtime frees a session with its last reference."""

    def _warm_up(self) -> None:
        """Step twice on black, so that the first frame does not wait for allocation and kernel choice."""
        state = self.start()
        for _ in range(2):
            _, state = self.step(np.zeros((self.streams, *self.spec.picture_shape[1:]), np.uint8), state)
