"""StreamAndClip: a stream network that watches always, and a clip network that is asked while something happens."""

import numpy as np

from models.clip_network import ClipNetwork, ClipStep
from models.clip_spec import ClipFusion
from models.decoder import Decoder, Probabilities
from models.fusion import Decision
from models.network import Network
from models.quick_gestures import QuickGestures
from models.recognition import Step
from models.smoothing import Smoothing
from models.spec import idle_labels

BOTH = "stream+clip"
"""The name of a step in which both decide together."""
LEAST = 1e-20
"""No probability is taken for less, so that a logarithm can be had of it."""


class StreamAndClip:
    """Decides from the weighted geometric mean of both networks' probabilities.

    That is the weighted mean of their logits, each at its temperature. While the stream network is sure that nobody
    gestures, it decides alone. What the clip network's short window fires counts as well where the fused answer agrees.

    Args:
        stream: steps always.
        clip: is asked now and then, with the stream network's labels.
        fusion: when it is asked, and how much it counts.
    """

    def __init__(self, stream: Network, clip: ClipNetwork, fusion: ClipFusion) -> None:
        self._stream, self._clip, self._fusion = stream, clip, fusion
        self._decoder = Decoder(stream.head.labels, fusion.decoding or stream.decoding, stream.vocabulary)
        self._quick = QuickGestures(stream.head.labels, fusion.quick, stream.vocabulary) if fusion.quick else None
        self._idle_labels = idle_labels(stream.head.labels)
        self._idle = Smoothing(stream.decoding.smooth_s)
        self.reset()

    def reset(self) -> None:
        """Forget the stream."""
        self._decoder.reset()
        if self._quick:
            self._quick.reset()
        self._idle.reset()
        self._idle_probability = 1.0
        self._awake = 0
        self._steps: dict[str, Step] = {}
        self._newest: Step | None = None

    def wants(self, network: str) -> bool:
        """The clip network is asked every few steps while the stream network is not sure that nobody gestures."""
        return network == self._stream.name or (self._is_awake and self._awake % self._fusion.every == 0)

    @property
    def _is_awake(self) -> bool:
        return self._idle_probability < self._fusion.asked_below

    def note(self, step: Step) -> None:
        """Take one network's step."""
        self._steps[step.network] = step
        if step.network == self._stream.name:
            idle = np.asarray(step.probabilities[self._idle_labels].sum(), np.float32)
            self._idle_probability = float(self._idle.update(idle, step.time_s))
        else:
            self._newest = step

    def decide(self, time_s: float) -> Decision:
        """Decide from the stream network's step, and from the clip network's newest answer where it was asked."""
        step = self._steps[self._stream.name]
        self._awake = self._awake + 1 if self._is_awake else 0
        if not self._awake:
            self._newest = None
        if self._newest:
            step = self._fused(step, self._newest)
        decoder = self._decoder
        event, lasting = decoder.update(step.probabilities, time_s), decoder.lasting
        if self._quick:
            asked = self._steps.get(self._clip.name)
            shown = asked.quick if isinstance(asked, ClipStep) else None
            event, lasting = self._quick.decide(event, decoder, shown, time_s, bool(self._awake))
        self._steps = {}
        return Decision(step, decoder.smoothed, event, lasting)

    def _fused(self, stream: Step, clip: Step) -> Step:
        """The step in which both decide together. Its logits are on the stream network's scale."""
        weight, known = np.float32(self._fusion.weight), len(stream.logits)
        probabilities = stream.probabilities.copy()
        share = probabilities[:known].sum()  # a person's own gestures keep theirs: the clip network knows none
        probabilities[:known] = share * geometric_mean(probabilities[:known], clip.probabilities[:known], weight)
        scale = self._stream.engine.spec.temperature / self._clip.engine.spec.temperature
        logits = (1 - weight) * stream.logits + weight * np.float32(scale) * clip.logits
        return Step(BOTH, stream.time_s, stream.picture, logits, stream.embedding, probabilities, 0.0)


def geometric_mean(one: Probabilities, other: Probabilities, weight: np.float32) -> Probabilities:
    """The geometric mean of two distributions, float32 [labels], normalised; `weight` is the other one's, 0..1."""
    logarithms = (1 - weight) * np.log(np.maximum(one, LEAST)) + weight * np.log(np.maximum(other, LEAST))
    raised = np.exp(logarithms - logarithms.max())
    mean: Probabilities = (raised / raised.sum()).astype(np.float32)
    return mean
