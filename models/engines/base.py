"""What every engine does: step one stream of pictures, or several in step, through a network."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.spec import ModelSpec
from models.state import StreamState


class Output(NamedTuple):
    """One step's output, in arrays of its own, with a row for each stream."""

    logits: NDArray[np.float32]
    """float32 [N, labels]."""
    embedding: NDArray[np.float32]
    """float32 [N, spec.embedding_width], the features before the classifier."""


class Engine(Protocol):
    """A network in a runtime. It holds no stream: state goes in and comes out of `step`."""

    @property
    def spec(self) -> ModelSpec:
        """What the model says of itself."""
        ...

    @property
    def name(self) -> str:
        """The runtime and the device that really run it, such as `onnxruntime:CPUExecutionProvider`."""
        ...

    @property
    def streams(self) -> int:
        """N, how many streams step at once; 1 for most engines. They turn together, a row each."""
        ...

    def start(self, lag_divisor: int = 1) -> StreamState:
        """The empty past of N new streams, whose layers look `lag_divisor` times less far back than trained."""
        ...

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Take a picture for each stream, uint8 [N, H, W, 3]; return the output and the state to go on with."""
        ...

    def forget(self, row: int, state: StreamState) -> StreamState:
        """The same state, but that the stream of one row has an empty past."""
        ...

    def close(self) -> None:
        """Give back what the runtime holds."""
        ...


def in_step(streams: int) -> str:
    """What an engine's name says of how many streams it steps at once."""
    return f", {streams} streams in step" if streams > 1 else ""


def check_picture(picture: Image, spec: ModelSpec, streams: int = 1) -> None:
    """See that a picture, or one for each stream of a batch, is of the kind that a model takes.

    Raises:
        ValueError: its shape or type is another.
    """
    shape = (streams, *spec.picture_shape[1:])
    if picture.shape != shape or picture.dtype != np.uint8:
        raise ValueError(f"a picture is uint8 {shape}; got {picture.dtype} {picture.shape}")
