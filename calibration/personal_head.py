"""PersonalHead: probabilities with a user's temperature and own gestures."""

from dataclasses import replace

import numpy as np

from calibration.user_profile import UserProfile
from common.arrays import Floats
from models.decoder import Probabilities
from models.recognition import Embedding, Logits
from models.softmax import softmax
from models.spec import ModelSpec

Memory = tuple[Floats | None, ...]
"""The state of each own gesture."""


class PersonalHead:
    """The softmax of the logits at the user's temperature, followed by the probabilities of the own gestures.

    Args:
        profile: a profile made for this model.
        spec: the description of the model.

    Raises:
        ProfileError: the profile was made for another model.
    """

    def __init__(self, profile: UserProfile, spec: ModelSpec) -> None:
        profile.check_fits(spec)
        self.labels = (*spec.labels, *(gesture.label for gesture in profile.gestures))
        self._profile, self._spec, self._gestures = profile, spec, profile.gestures

    @property
    def temperature(self) -> float:
        """The temperature of the profile."""
        return self._profile.temperature

    def at(self, temperature: float) -> "PersonalHead":
        """A copy with another temperature."""
        return PersonalHead(replace(self._profile, temperature=temperature), self._spec)

    def start(self) -> Memory:
        """The state at the start of a stream."""
        return (None,) * len(self._gestures)

    def read(self, logits: Logits, embedding: Embedding, memory: Memory) -> tuple[Probabilities, Memory]:
        """Compute the probabilities of one step, float32 [labels], and the next state."""
        read = [gesture.step(embedding, recent) for gesture, recent in zip(self._gestures, memory, strict=True)]
        own = np.array([probability for probability, _ in read], np.float32)
        return joined(softmax(logits, self.temperature), own), tuple(recent for _, recent in read)


def joined(probabilities: Probabilities, own: Floats) -> Probabilities:
    """Join a model's probabilities with those of own gestures; the model's are scaled down by what these take.

    Args:
        probabilities: float32 [labels], summing to 1.
        own: float32 [gestures], 0..1 each, independent of one another.

    Returns:
        float32 [labels + gestures], summing to 1.
    """
    shared = own / max(1.0, float(own.sum()))
    left = max(0.0, 1.0 - float(shared.sum()))
    both: Probabilities = np.concatenate([probabilities * left, shared]).astype(np.float32)
    return both
