"""Heads: from a network's output to probabilities."""

from typing import Any, Protocol

import numpy as np

from models.decoder import Probabilities
from models.recognition import Embedding, Logits
from models.softmax import softmax


class Head(Protocol):
    """Turns a network's output into probabilities. Its state is passed to `read` and returned by it."""

    @property
    def labels(self) -> tuple[str, ...]:
        """One label per probability."""
        ...

    @property
    def temperature(self) -> float:
        """What the logits are divided by before the softmax."""
        ...

    def at(self, temperature: float) -> "Head":
        """The same head at another temperature."""
        ...

    def start(self) -> Any:
        """The state at the start of a stream."""
        ...

    def read(self, logits: Logits, embedding: Embedding, memory: Any) -> tuple[Probabilities, Any]:
        """Compute the probabilities of one step, float32 [labels], and the next state."""
        ...


class SoftmaxHead:
    """The softmax of the logits at a temperature.

    Args:
        labels: one per logit; further labels, which the network does not have, get probability 0.
        temperature: the logits are divided by it.
    """

    def __init__(self, labels: tuple[str, ...], temperature: float) -> None:
        self.labels = labels
        self.temperature = temperature

    def at(self, temperature: float) -> "SoftmaxHead":
        """The same head at another temperature."""
        return SoftmaxHead(self.labels, temperature)

    def start(self) -> None:
        """No state: steps are independent."""
        return

    def read(self, logits: Logits, embedding: Embedding, memory: None) -> tuple[Probabilities, None]:  # noqa: ARG002
        """The softmax of one step's logits."""
        probabilities = np.zeros(len(self.labels), np.float32)
        probabilities[: len(logits)] = softmax(logits, self.temperature)
        return probabilities, memory
