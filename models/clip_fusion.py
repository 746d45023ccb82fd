"""StreamAndClip: fuses a stream network, which always runs, with a clip network, which runs during gestures."""

import numpy as np

from models.clip_network import ClipNetwork
from models.clip_spec import ClipFusion
from models.fusion import Decision, Fusion
from models.network import Network
from models.recognition import Step
from models.smoothing import Smoothing
from models.spec import idle_labels

BOTH = "stream+clip"
"""Name of the steps with the probabilities of both networks."""
MIN_PROBABILITY = 1e-20
"""Lower limit of probabilities before the logarithm."""


class StreamAndClip:
    """Replaces the probabilities of the stream network by the weighted mean of both networks' probabilities.

    The mean of probabilities, unlike that of logits, stays low if one network alone is confident. While the stream
    network is idle, its probabilities are unchanged. Decoding is the same as for the stream network alone.

    Args:
        stream: the stream network.
        clip: the clip network, with the same labels.
        fusion: when the clip network runs, and its weight.
        rule: decides from the fused probabilities, and from those of the fast pass if there is one.
    """

    def __init__(self, stream: Network, clip: ClipNetwork, fusion: ClipFusion, rule: Fusion) -> None:
        self._stream, self._clip, self._fusion, self._rule = stream, clip.name, fusion, rule
        self._idle_labels = idle_labels(stream.head.labels)
        self._idle = Smoothing(stream.decoding.smooth_s)
        self.reset()

    def reset(self) -> None:
        self._rule.reset()
        self._idle.reset()
        self._idle_probability = 1.0
        self._awake = 0
        self._steps: dict[str, Step] = {}
        self._newest: Step | None = None

    def wants(self, network: str) -> bool:
        """The clip network runs every few steps while the stream network is not idle."""
        if network == self._clip:
            return self._is_awake and self._awake % self._fusion.every == 0
        return self._rule.wants(network)

    @property
    def _is_awake(self) -> bool:
        return self._idle_probability < self._fusion.asked_below

    def note(self, step: Step) -> None:
        """Note a step of either network."""
        if step.network == self._clip:
            self._newest = step
            return
        self._steps[step.network] = step
        if step.network == self._stream.name:
            idle = np.asarray(step.probabilities[self._idle_labels].sum(), np.float32)
            self._idle_probability = float(self._idle.update(idle, step.time_s))

    def decide(self, time_s: float) -> Decision:
        """Decide from the stream network's step, and from the clip network's newest one while that is in use."""
        self._awake = self._awake + 1 if self._is_awake else 0
        if not self._awake:
            self._newest = None
        for network, step in self._steps.items():
            self._rule.note(self._fused(step, self._newest) if network == self._stream.name and self._newest else step)
        self._steps = {}
        return self._rule.decide(time_s)

    def _fused(self, stream: Step, clip: Step) -> Step:
        """The step with fused probabilities. Its logits are on the stream network's scale."""
        weight, known = np.float32(self._fusion.weight), len(stream.logits)
        probabilities = stream.probabilities.copy()
        share = probabilities[:known].sum()  # the clip network has no own gestures, so these keep their probabilities
        probabilities[:known] = (1 - weight) * probabilities[:known] + weight * share * clip.probabilities[:known]
        temperature = np.float32(self._stream.engine.spec.temperature)
        logits = temperature * np.log(np.maximum(probabilities[:known], np.float32(MIN_PROBABILITY)))
        return Step(BOTH, stream.time_s, stream.picture, logits, stream.embedding, probabilities, 0.0)
