"""The networks over one stream, and the rule that decides from them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.clip_fusion import StreamAndClip
from models.clip_network import ClipNetwork
from models.engines.base import Engine
from models.engines.clip_engine import ClipEngine
from models.errors import ModelFileError
from models.fast_pass import MainAndFastPass
from models.fusion import Fusion, SingleNetwork
from models.heads import Head, SoftmaxHead
from models.network import Network
from models.spec import Decoding
from models.vocabulary import Vocabulary

STREAM, FAST, CLIP = "stream", "fast", "clip"
"""Names of the main pass, the fast pass and the clip network."""


@dataclass(frozen=True, slots=True)
class Networks:
    """What is run over a stream: a stream network, and beside it its fast pass, a clip network, or both.

    Raises:
        ModelFileError: they do not go together: other labels, or other pictures.
    """

    stream: Network
    fast: Network | None = None
    clip: ClipNetwork | None = None

    def __post_init__(self) -> None:
        spec = self.stream.engine.spec
        for other in (network for network in (self.fast, self.clip) if network):
            beside = other.engine.spec
            if beside.labels != spec.labels:
                raise ModelFileError(f"{beside.name} has other labels than {spec.name}; give two of the same labels")
            if (beside.height, beside.width) != (spec.height, spec.width):
                raise ModelFileError(
                    f"{beside.name} takes {beside.width}x{beside.height} pixels and {spec.name} "
                    f"{spec.width}x{spec.height}; give two that see the same picture"
                )

    def __iter__(self) -> Iterator[Network | ClipNetwork]:
        """Those that are there, the stream network first."""
        return (network for network in (self.stream, self.fast, self.clip) if network)

    @property
    def names(self) -> list[str]:
        """Their names, in order."""
        return [network.name for network in self]

    @property
    def labels(self) -> tuple[str, ...]:
        """What may fire."""
        return self.stream.head.labels

    @property
    def gestures(self) -> tuple[str, ...]:
        """The names under which gestures fire: those of the vocabulary's groups, or the labels."""
        return self.stream.gestures

    def with_vocabulary(self, vocabulary: Vocabulary) -> "Networks":
        """The same networks, but that other labels decide together."""
        fast = replace(self.fast, vocabulary=vocabulary) if self.fast else None
        return Networks(replace(self.stream, vocabulary=vocabulary), fast, self.clip)

    def fusion(self) -> Fusion:
        """The rule that decides from them, for one stream."""
        if not self.clip:
            return self._rule(self.stream)
        shared = replace(self.stream, decoding=self.clip.fusion.decoding or self.stream.decoding)
        return StreamAndClip(self.stream, self.clip, self.clip.fusion, self._rule(shared))

    def _rule(self, main: Network) -> Fusion:
        return MainAndFastPass(main, self.fast) if self.fast else SingleNetwork(main)


def networks_of(
    engine: Engine,
    head: Head | None = None,
    decoding: Decoding | None = None,
    fast_pass: bool = True,
    clip: ClipEngine | None = None,
    vocabulary: Vocabulary | None = None,
) -> Networks:
    """How a model is run over a stream: by itself, with its fast pass if it has one, and with a clip network.

    Args:
        engine: runs the stream network.
        head: reads it; None for the softmax at the model's temperature.
        decoding: how probabilities become events, also those that a clip network shares; None for the models' way.
        fast_pass: False leaves the fast pass out.
        clip: runs the clip network beside it; None for none.
        vocabulary: which labels decide together; None for each label by itself.
    """
    spec = engine.spec
    head = head or SoftmaxHead(spec.labels, spec.temperature)
    stream = Network(STREAM, engine, head, decoding or spec.decoding, vocabulary=vocabulary)
    fast, fast_settings = None, spec.fast_pass if fast_pass else None
    if fast_settings:
        fast_head = SoftmaxHead(head.labels, fast_settings.temperature)
        fast = Network(FAST, engine, fast_head, fast_settings.decoding, fast_settings.lag_divisor, vocabulary)
    if not clip:
        return Networks(stream, fast)
    clip_head = SoftmaxHead(head.labels, clip.spec.temperature)
    fusion = replace(clip.spec.fusion, decoding=decoding) if decoding else clip.spec.fusion
    return Networks(stream, fast, ClipNetwork(CLIP, clip, clip_head, spec.rate_hz, fusion))
