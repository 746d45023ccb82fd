"""StreamAndClip: a stream network that watches always, and a clip network that is asked while something happens."""

import numpy as np

from models.clip_network import ClipNetwork
from models.clip_spec import ClipFusion
from models.fusion import Decision, Fusion
from models.network import Network
from models.recognition import Step
from models.smoothing import Smoothing
from models.spec import idle_labels

BOTH = "stream+clip"
"""The name of a step in which both decide together."""
LEAST = 1e-20
"""No probability is taken for less, so that a logarithm can be had of it."""


class StreamAndClip:
    """The stream network's answer is replaced by the weighted mean of both networks' probabilities.

    A gesture of which one network is sure and the other is not does not get far, which the mean of their logits would
    not guarantee. While the stream network is sure that nobody gestures, its answer stays as it is. What becomes of the
    answers is decided as it is for the stream network alone.

    Args:
        stream: steps always.
        clip: is asked now and then, with the stream network's labels.
        fusion: when it is asked, and how much it counts.
        rule: decides from the shared answers, and from those of the fast pass if there is one.
    """

    def __init__(self, stream: Network, clip: ClipNetwork, fusion: ClipFusion, rule: Fusion) -> None:
        self._stream, self._clip, self._fusion, self._rule = stream, clip.name, fusion, rule
        self._idle_labels = idle_labels(stream.head.labels)
        self._idle = Smoothing(stream.decoding.smooth_s)
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._rule.reset()
        self._idle.reset()
        self._idle_probability = 1.0
        self._awake = 0
        self._steps: dict[str, Step] = {}
        self._newest: Step | None = None

    def wants(self, network: str) -> bool:
        """The clip network is asked every few steps while the stream network is not sure that nobody gestures."""
        if network == self._clip:
            return self._is_awake and self._awake % self._fusion.every == 0
        return self._rule.wants(network)

    @property
    def _is_awake(self) -> bool:
        return self._idle_probability < self._fusion.asked_below

    def note(self, step: Step) -> None:
        """Take one network's step."""
        if step.network == self._clip:
            self._newest = step
            return
        self._steps[step.network] = step
        if step.network == self._stream.name:
            idle = np.asarray(step.probabilities[self._idle_labels].sum(), np.float32)
            self._idle_probability = float(self._idle.update(idle, step.time_s))

    def decide(self, time_s: float) -> Decision:
        """Decide from the stream network's step, and from the clip network's newest answer where it was asked."""
        self._awake = self._awake + 1 if self._is_awake else 0
        if not self._awake:
            self._newest = None
        for network, step in self._steps.items():
            self._rule.note(self._fused(step, self._newest) if network == self._stream.name and self._newest else step)
        self._steps = {}
        return self._rule.decide(time_s)

    def _fused(self, stream: Step, clip: Step) -> Step:
        """The step in which both decide together. Its logits are on the stream network's scale."""
        weight, known = np.float32(self._fusion.weight), len(stream.logits)
        probabilities = stream.probabilities.copy()
        share = probabilities[:known].sum()  # a person's own gestures keep theirs: the clip network knows none
        probabilities[:known] = (1 - weight) * probabilities[:known] + weight * share * clip.probabilities[:known]
        temperature = np.float32(self._stream.engine.spec.temperature)
        logits = temperature * np.log(np.maximum(probabilities[:known], np.float32(LEAST)))
        return Step(BOTH, stream.time_s, stream.picture, logits, stream.embedding, probabilities, 0.0)
