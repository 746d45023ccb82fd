"""ClipEngine: the interface of a runtime for clip networks, with one output per clip."""

from typing import Protocol

import numpy as np

from models.clip_spec import ClipSpec
from models.engines.base import Output
from models.frame import Image


class ClipEngine(Protocol):
    """A clip network in a runtime. It holds no stream."""

    @property
    def spec(self) -> ClipSpec:
        """The description of the model."""
        ...

    @property
    def name(self) -> str:
        """The runtime and device in use."""
        ...

    def run(self, clip: Image) -> Output:
        """Run on a clip, uint8 `spec.clip_shape`, the newest picture last."""
        ...

    def close(self) -> None:
        """Release the resources of the runtime."""
        ...


def check_clip(clip: Image, spec: ClipSpec) -> None:
    """Check the shape and type of a clip.

    Raises:
        ValueError: the network expects another shape or type.
    """
    if clip.shape != spec.clip_shape or clip.dtype != np.uint8:
        raise ValueError(f"a clip is uint8 {spec.clip_shape}; got {clip.dtype} {clip.shape}")
