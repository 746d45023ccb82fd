"""PersonalGesture: an own gesture, recognised from the embeddings of a stream."""

from dataclasses import dataclass, replace

import numpy as np

from calibration.background import Whitening
from calibration.embedding_windows import pooled, window_steps, windows
from common.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class PersonalGesture:
    """A direction in whitened windows, and the logistic that turns similarity into probability.

    Holds its own whitening, so that it can be exported alone.
    """

    label: str
    takes: int
    """Number of takes it was learnt from."""
    rate_hz: float
    """Step rate of the model it was learnt with."""
    whitening: Whitening
    prototype: Floats
    """float32 [SEGMENTS * directions], a unit vector."""
    middle: float
    """The cosine similarity, -1..1, at which the probability is 0.5."""
    steepness: float
    """The slope of the log odds over similarity."""

    @property
    def steps(self) -> int:
        """The number of steps in its window."""
        return window_steps(self.rate_hz)

    def renamed(self, label: str) -> "PersonalGesture":
        """The same gesture under another name."""
        return replace(self, label=label)

    def step(self, embedding: Floats, recent: Floats | None) -> tuple[float, Floats]:
        """Take one step of a stream.

        Args:
            embedding: float32 [width].
            recent: the state that the previous step returned; None at the start of a stream.

        Returns:
            The probability that the gesture was just made, and the state for the next step: whitened embeddings,
            float32 [at most `steps`, directions].
        """
        now = self.whitening(embedding)[None]
        recent = now if recent is None else np.concatenate([recent, now])[-self.steps :]
        return self.probability(similarity(pooled(recent, self.steps), self.prototype)), recent

    def similarities(self, embeddings: Floats) -> Floats:
        """The similarity of the window that ends at each step, for embeddings [T, width]: float32 [T], -1..1."""
        return stream_similarities(self.whitening(embeddings), self.prototype, self.steps)

    def probability(self, like: float) -> float:
        """The probability for a similarity, by the logistic."""
        return float(1 / (1 + np.exp(-np.clip(self.steepness * (like - self.middle), -50, 50))))


def stream_similarities(whitened: Floats, prototype: Floats, steps: int) -> Floats:
    """The similarity to a prototype at each step of a whitened stream [T, directions]: float32 [T]."""
    return np.array([similarity(window, prototype) for window in windows(whitened, steps)], np.float32)


def similarity(window: Floats, prototype: Floats) -> float:
    """The cosine between a window and a unit vector."""
    return float(window @ prototype / max(float(np.linalg.norm(window)), 1e-6))
