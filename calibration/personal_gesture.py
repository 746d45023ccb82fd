"""PersonalGesture: a gesture of one person's own, recognised in a model's embeddings as they stream."""

from dataclasses import dataclass, replace

import numpy as np

from calibration.background import Whitening
from calibration.embedding_windows import pooled, window_steps, windows
from common.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class PersonalGesture:
    """A direction in whitened windows, and how near to it is near enough. It stands on its own: nothing is shared."""

    label: str
    takes: int
    """How many it was learnt from."""
    rate_hz: float
    """Steps a second of the model it was learnt with."""
    whitening: Whitening
    prototype: Floats
    """float32 [SEGMENTS * directions], of length 1."""
    middle: float
    """The likeness (a cosine, -1..1) that has probability one half."""
    steepness: float
    """How fast the probability rises there."""

    @property
    def steps(self) -> int:
        """How many steps it looks back on."""
        return window_steps(self.rate_hz)

    def renamed(self, label: str) -> "PersonalGesture":
        """The same gesture under another name."""
        return replace(self, label=label)

    def step(self, embedding: Floats, recent: Floats | None) -> tuple[float, Floats]:
        """Take one step of a stream.

        Args:
            embedding: float32 [width].
            recent: what the step before handed back; None at the beginning of a stream.

        Returns:
            The probability that the gesture was just made, and what to hand to the next step: whitened embeddings,
            float32 [steps at most, directions].
        """
        now = self.whitening(embedding)[None]
        recent = now if recent is None else np.concatenate([recent, now])[-self.steps :]
        return self.probability(likeness(pooled(recent, self.steps), self.prototype)), recent

    def likenesses(self, embeddings: Floats) -> Floats:
        """How like the gesture the window before each step of a stream [T, width] is: float32 [T], -1..1."""
        return stream_likenesses(self.whitening(embeddings), self.prototype, self.steps)

    def probability(self, like: float) -> float:
        """The probability that belongs to a likeness."""
        return float(1 / (1 + np.exp(-np.clip(self.steepness * (like - self.middle), -50, 50))))


def stream_likenesses(whitened: Floats, prototype: Floats, steps: int) -> Floats:
    """How like a prototype the window before each step of a whitened stream [T, directions] is: float32 [T]."""
    return np.array([likeness(window, prototype) for window in windows(whitened, steps)], np.float32)


def likeness(window: Floats, prototype: Floats) -> float:
    """The cosine between a window and a prototype of length 1."""
    return float(window @ prototype / max(float(np.linalg.norm(window)), 1e-6))
