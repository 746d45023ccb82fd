"""Step: input and output of one network at one time. Recognition: what was decided on a frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.decoder import GestureEvent, Probabilities
from models.frame import Frame, Image
from models.region import Region

Logits = NDArray[np.float32]
"""float32 [labels], a network's output before temperature and softmax."""
Embedding = NDArray[np.float32]
"""float32 [width], the features before the classifier."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One step of one network, with its input and output."""

    network: str
    """The network's name, such as `stream`."""
    time_s: float
    """The frame's time; the steps of a repeated frame are spread evenly between the frame before and it."""
    picture: Image
    """uint8 [H, W, 3] RGB, the network's own input."""
    logits: Logits
    embedding: Embedding
    probabilities: Probabilities
    """float32 [labels], 0..1, from the network's head."""
    duration_ms: float
    """Wall time of this step, in milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """The result for one frame."""

    frame: Frame
    steps: tuple[Step, ...]
    """The steps of all networks on this frame, in order; empty if no step was due."""
    probabilities: Probabilities
    """float32 [labels], from the newest step that decides."""
    smoothed: Probabilities
    """float32 [labels], the same as the decoder smooths them."""
    event: GestureEvent | None
    """The gesture that fired on this frame, or None."""
    lasting: str | None = None
    """The label or group of the gesture that fired last and has not ended yet."""
    region: Region | None = None
    """The region that the networks read; None is the largest centred window with the input's proportions."""
    network: str = ""
    """Name of the network that decided, from which these probabilities and the event come."""
    deciding: tuple[Step, ...] = ()
    """Of `steps`, the one that decided at each time."""
