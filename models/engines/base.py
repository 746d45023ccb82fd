"""Engine: the interface of every runtime. It steps one stream of pictures, or several at the same time."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.spec import ModelSpec
from models.state import StreamState


class Output(NamedTuple):
    """Output of one step, one row per stream. The arrays are not shared with the engine."""

    logits: NDArray[np.float32]
    """float32 [N, labels]."""
    embedding: NDArray[np.float32]
    """float32 [N, spec.embedding_width], the features before the classifier."""


class Engine(Protocol):
    """A network in a runtime. It holds no stream: state goes in and comes out of `step`."""

    @property
    def spec(self) -> ModelSpec:
        """The description of the model."""
        ...

    @property
    def name(self) -> str:
        """The runtime and device in use, such as `onnxruntime:CPUExecutionProvider`."""
        ...

    @property
    def streams(self) -> int:
        """N, the number of streams that step at the same time, one row each; 1 for most engines."""
        ...

    def start(self, lag_divisor: int = 1) -> StreamState:
        """The empty past of N new streams. All lags are divided by `lag_divisor`."""
        ...

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Take a picture for each stream, uint8 [N, H, W, 3]; return the output and the next state."""
        ...

    def forget(self, row: int, state: StreamState) -> StreamState:
        """The same state with an empty past for the stream of one row."""
        ...

    def close(self) -> None:
        """Release the resources of the runtime."""
        ...


def in_step(streams: int) -> str:
    """Suffix of an engine's name that gives the number of streams."""
    return f", {streams} streams in step" if streams > 1 else ""


def check_picture(picture: Image, spec: ModelSpec, streams: int = 1) -> None:
    """Check the shape and type of an input picture, or of a batch with one per stream.

    Raises:
        ValueError: the model expects another shape or type.
    """
    shape = (streams, *spec.picture_shape[1:])
    if picture.shape != shape or picture.dtype != np.uint8:
        raise ValueError(f"a picture is uint8 {shape}; got {picture.dtype} {picture.shape}")
