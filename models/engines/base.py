"""What every engine does: step one stream of pictures through a network."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.frame import Image
from models.spec import ModelSpec
from models.state import StreamState


class Output(NamedTuple):
    """One step's answer, in arrays of its own, with a row a stream."""

    logits: NDArray[np.float32]
    """float32 [N, labels], N = 1 but for a batch."""
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

    def start(self) -> StreamState:
        """The empty past of a new stream."""
        ...

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Take one picture, uint8 `spec.picture_shape`; return its answer and the state to go on with."""
        ...

    def close(self) -> None:
        """Give back what the runtime holds."""
        ...


class BatchEngine(Protocol):
    """A network that steps many streams at once, a row each. It holds their pasts, which turn as one."""

    @property
    def spec(self) -> ModelSpec:
        """What the model says of itself, of one stream."""
        ...

    @property
    def name(self) -> str:
        """The runtime, the device that really runs it, and how many streams."""
        ...

    @property
    def streams(self) -> int:
        """Rows, whether somebody uses them or not."""
        ...

    def empty(self, row: int) -> None:
        """Forget what one row has seen; the others keep theirs."""
        ...

    def step(self, pictures: Image) -> Output:
        """Take a picture for every row, uint8 [streams, H, W, 3]; return an answer for every row."""
        ...


class PassingEngine:
    """An engine that hands everything to another; for those that only want to see or change a step.

    Args:
        engine: who does the work.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def spec(self) -> ModelSpec:
        """The inner engine's spec."""
        return self._engine.spec

    @property
    def name(self) -> str:
        """The inner engine's name."""
        return self._engine.name

    def start(self) -> StreamState:
        """The empty past of a new stream."""
        return self._engine.start()

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Step the inner engine."""
        return self._engine.step(picture, state)

    def close(self) -> None:
        """Close the inner engine."""
        self._engine.close()


def check_picture(picture: Image, spec: ModelSpec, streams: int = 1) -> None:
    """See that a picture, or one for each stream of a batch, is of the kind that a model takes.

    Raises:
        ValueError: its shape or type is another.
    """
    shape = (streams, *spec.picture_shape[1:])
    if picture.shape != shape or picture.dtype != np.uint8:
        raise ValueError(f"a picture is uint8 {shape}; got {picture.dtype} {picture.shape}")
