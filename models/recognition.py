"""Step and Recognition: what each network answered, and what was decided from the answers on a frame."""

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
    """One step of one network: what went in and what came out."""

    network: str
    """The network's name, such as `stream`."""
    time_s: float
    """The frame's time; the steps of a repeated frame are spread evenly between the frame before and it."""
    picture: Image
    """uint8 [H, W, 3] RGB, the network's own input."""
    logits: Logits
    embedding: Embedding
    probabilities: Probabilities
    """float32 [labels], 0..1, as the network's head reads the output."""
    duration_ms: float
    """Wall time of this step, in milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Recognition:
    """What was recognised when a frame was seen."""

    frame: Frame
    steps: tuple[Step, ...]
    """The steps taken on this frame, of every network, in order: none between two due times."""
    probabilities: Probabilities
    """float32 [labels], of the newest step of the network that decides."""
    smoothed: Probabilities
    """float32 [labels], the same as the decoder smooths them."""
    event: GestureEvent | None
    """The gesture that fired on this frame, if one did."""
    lasting: str | None = None
    """The name of the gesture that fired last and is not over yet: a label, or a group's name."""
    region: Region | None = None
    """What the networks see of the frame; None is the largest centred window of their proportions."""
    network: str = ""
    """The network that decides: the one whose probabilities are given here and whose answer fired."""
    deciding: tuple[Step, ...] = ()
    """Of `steps`, the one that decided at each time."""
