"""What a clip network does in every runtime: answer once about a whole clip."""

from typing import Protocol

import numpy as np

from models.clip_spec import ClipSpec
from models.engines.base import Output
from models.frame import Image


class ClipEngine(Protocol):
    """A clip network in a runtime. It holds no stream."""

    @property
    def spec(self) -> ClipSpec:
        """What the model says of itself."""
        ...

    @property
    def name(self) -> str:
        """The runtime and the device that really run it."""
        ...

    def answer(self, clip: Image) -> Output:
        """Answer about a clip, uint8 `spec.clip_shape`, the newest picture last."""
        ...

    def close(self) -> None:
        """Give back what the runtime holds."""
        ...


def check_clip(clip: Image, spec: ClipSpec) -> None:
    """See that a clip is of the kind that a network takes.

    Raises:
        ValueError: its shape or type is another.
    """
    if clip.shape != spec.clip_shape or clip.dtype != np.uint8:
        raise ValueError(f"a clip is uint8 {spec.clip_shape}; got {clip.dtype} {clip.shape}")
