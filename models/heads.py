"""Heads: from a network's output to probabilities."""

from typing import Any, Protocol

import numpy as np

from models.decoder import Probabilities
from models.recognition import Embedding, Logits
from models.softmax import softmax


class Head(Protocol):
    """Reads a network's output. What it remembers of a stream goes in and comes out of `read`."""

    @property
    def labels(self) -> tuple[str, ...]:
        """One label a probability."""
        ...

    @property
    def temperature(self) -> float:
        """What the logits are divided by before the softmax."""
        ...

    def at(self, temperature: float) -> "Head":
        """The same head at another temperature."""
        ...

    def start(self) -> Any:
        """What the head remembers of a new stream."""
        ...

    def read(self, logits: Logits, embedding: Embedding, memory: Any) -> tuple[Probabilities, Any]:
        """The probabilities, float32 [labels], of one step's output, and what to remember for the next step."""
        ...


class SoftmaxHead:
    """The softmax of the logits at a temperature.

    Args:
        labels: one for each logit first; labels beyond them, which the network does not know, have probability 0.
        temperature: the logits are divided by it.
    """

    def __init__(self, labels: tuple[str, ...], temperature: float) -> None:
        self.labels = labels
        self.temperature = temperature

    def at(self, temperature: float) -> "SoftmaxHead":
        """The same head at another temperature."""
        return SoftmaxHead(self.labels, temperature)

    def start(self) -> None:
        """Nothing: each step is read by itself."""
        return

    def read(self, logits: Logits, embedding: Embedding, memory: None) -> tuple[Probabilities, None]:  # noqa: ARG002
        """The softmax of one step's logits."""
        probabilities = np.zeros(len(self.labels), np.float32)
        probabilities[: len(logits)] = softmax(logits, self.temperature)
        return probabilities, memory
