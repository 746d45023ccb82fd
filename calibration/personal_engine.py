"""PersonalEngine: an engine that has learnt a person. It answers more labels; nothing behind it needs to know."""

from dataclasses import dataclass

import numpy as np

from calibration.take import Floats
from calibration.user_profile import UserProfile
from models.engines.base import Engine, Output
from models.frame import Image
from models.spec import ModelSpec
from models.state import StreamState


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """The inner engine's state, and what each personal gesture remembers of the stream."""

    inner: StreamState
    recent: tuple[Floats | None, ...]


class PersonalEngine:
    """Runs a model, and a person's own gestures on its embeddings.

    Its logits are logarithms of probabilities that sum to 1: what the person's gestures take, the model's lose.

    Args:
        engine: the model's engine.
        profile: made for this model.

    Raises:
        ProfileError: it was made for another.
    """

    def __init__(self, engine: Engine, profile: UserProfile) -> None:
        self._engine = engine
        self._gestures = profile.gestures
        self._temperature = np.float32(profile.temperature)
        self._spec = profile.applied_to(engine.spec)

    @property
    def spec(self) -> ModelSpec:
        """The model's spec with the person's labels, rules and temperature."""
        return self._spec

    @property
    def name(self) -> str:
        """The inner engine's name."""
        return self._engine.name

    def start(self) -> StreamState:
        """The empty past of a new stream."""
        return StreamState(_Past(self._engine.start(), (None,) * len(self._gestures)))

    def step(self, picture: Image, state: StreamState) -> tuple[Output, StreamState]:
        """Take one picture; return the answer for all labels and the state to go on with."""
        past: _Past = state.take()
        output, inner = self._engine.step(picture, past.inner)
        told = [g.step(output.embedding[0], recent) for g, recent in zip(self._gestures, past.recent, strict=True)]
        own = np.array([probability for probability, _ in told], np.float32)
        logits = joined(output.logits[0] / self._temperature, own)
        after = _Past(inner, tuple(recent for _, recent in told))
        return Output(logits[None], output.embedding), StreamState(after, state.steps + 1)

    def close(self) -> None:
        """Close the inner engine."""
        self._engine.close()


def joined(logits: Floats, own: Floats) -> Floats:
    """Join a model's answer with a person's own gestures.

    Args:
        logits: float32 [labels], at the person's temperature.
        own: float32 [gestures], 0..1, each on its own.

    Returns:
        float32 [labels + gestures], the logarithms of probabilities that sum to 1.
    """
    shared = own / max(1.0, float(own.sum()))
    likely = logits - logits.max()
    likely = likely - np.log(np.exp(likely).sum())
    left = np.log(max(1e-7, 1.0 - float(shared.sum())))
    both: Floats = np.concatenate([likely + left, np.log(np.maximum(shared, 1e-7))]).astype(np.float32)
    return both
