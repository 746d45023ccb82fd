"""Network: an engine with head and decoding; HeadStream and NetworkStream: those over one stream."""

import time
from dataclasses import dataclass

from models.decoder import Decoder, Probabilities
from models.engines.base import Engine
from models.frame import Image
from models.heads import Head
from models.recognition import Embedding, Logits, Step
from models.spec import Decoding
from models.state import StreamState
from models.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Network:
    """One network as a recogniser runs it. Networks may share an engine, but not the past."""

    name: str
    """Name of its steps and decisions, such as `stream`."""
    engine: Engine
    head: Head
    decoding: Decoding
    lag_divisor: int = 1
    """Divisor of all lags (`MemorySpec.steps_back`)."""
    vocabulary: Vocabulary | None = None
    """Groups of labels, the same for all networks of a stream; None for one group per label."""

    @property
    def gestures(self) -> tuple[str, ...]:
        """The names under which gestures fire: the groups, or the labels without a vocabulary."""
        return tuple(group.name for group in self.vocabulary.groups) if self.vocabulary else self.head.labels

    def decoder(self) -> Decoder:
        """What turns its probabilities over one stream into gestures."""
        return Decoder(self.head.labels, self.decoding, self.vocabulary)

    def open(self) -> "NetworkStream":
        return NetworkStream(self)


class HeadStream:
    """A head over one stream, with its state.

    Args:
        head: turns the network's output into probabilities.
    """

    def __init__(self, head: Head) -> None:
        self._head = head
        self.reset()

    def reset(self) -> None:
        self._memory = self._head.start()

    def read(self, logits: Logits, embedding: Embedding) -> Probabilities:
        """The probabilities, float32 [labels], of the next step's output."""
        probabilities, self._memory = self._head.read(logits, embedding, self._memory)
        return probabilities


class NetworkStream:
    """A network over one stream: its past in the engine, and its head.

    Args:
        network: what to run.
    """

    def __init__(self, network: Network) -> None:
        self._network, self.name = network, network.name
        self._head = HeadStream(network.head)
        self._state: StreamState | None = None

    def reset(self) -> None:
        """Forget the stream; the next step starts from an empty past."""
        self._state = None
        self._head.reset()

    def skip(self) -> None:
        """Skip a picture; the next step starts from an empty past."""
        self.reset()

    def step(self, picture: Image, time_s: float) -> Step:
        """Take one picture, uint8 [1, H, W, 3] RGB."""
        network, began_s = self._network, time.perf_counter()
        state = network.engine.start(network.lag_divisor) if self._state is None else self._state
        output, self._state = network.engine.step(picture, state)
        logits, embedding = output.logits[0], output.embedding[0]
        probabilities = self._head.read(logits, embedding)
        duration_ms = 1000 * (time.perf_counter() - began_s)
        return Step(network.name, time_s, picture[0], logits, embedding, probabilities, duration_ms)
