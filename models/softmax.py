"""Softmax, by NumPy: the running app has no torch."""

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float32]:
    """Logits float32 [..., labels] to probabilities; a higher temperature flattens them."""
    cooled = logits / np.float32(temperature)
    raised = np.exp(cooled - cooled.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float32] = raised / raised.sum(axis=-1, keepdims=True)
    return probabilities
