"""The networks over one stream, and the rule that decides from them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.clip_fusion import BOTH, StreamAndClip
from models.clip_network import ClipNetwork
from models.clip_spec import ClipFusion
from models.decoding_change import DecodingChange
from models.engines.base import Engine
from models.engines.clip_engine import ClipEngine
from models.errors import ModelFileError
from models.fast_pass import MainAndFastPass
from models.fusion import Fusion, SingleNetwork
from models.heads import Head, SoftmaxHead
from models.network import Network
from models.pause import Pause
from models.spec import Decoding
from models.vocabulary import Vocabulary

STREAM, FAST, CLIP = "stream", "fast", "clip"
"""Names of the main pass, the fast pass and the clip network."""
QUICK = "quick"
"""Name of how the short window of a clip network is read."""


@dataclass(frozen=True, slots=True)
class Networks:
    """What is run over a stream: a stream network, and beside it its fast pass or a clip network, not both.

    Raises:
        ModelFileError: they do not go together: other labels, or other pictures.
    """

    stream: Network
    fast: Network | None = None
    clip: ClipNetwork | None = None

    def __post_init__(self) -> None:
        if self.fast and self.clip:
            raise ValueError("a fast pass and a clip network; there is no rule that decides from both")
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

    def with_decoding(self, change: DecodingChange) -> "Networks":
        """The same networks, but that their output is read in another way.

        The change holds for the answer that decides: of the main pass, or of stream network and clip network together.
        The fast pass and the short window of a clip network are for faster gestures and keep their own smoothing; of
        thresholds they take those that let less through than their own. The temperature is the main pass's.

        Args:
            change: per label by the names of what may fire, as in `gestures`.

        Raises:
            DecodingError: thresholds do not go together, or there is no such gesture.
        """
        change = self._spelt_out(change)
        stream, fast = self.stream, self.fast
        if change.temperature is not None:
            stream = replace(stream, head=stream.head.at(change.temperature))
        if self.clip:
            fusion = _changed(self.clip.fusion, change, stream.decoding)
            return Networks(stream, clip=replace(self.clip, fusion=fusion))
        stream = replace(stream, decoding=change.of(stream.decoding))
        return Networks(stream, fast and replace(fast, decoding=change.stricter_of(fast.decoding)))

    def _spelt_out(self, change: DecodingChange) -> DecodingChange:
        """The change per label, where it is per group."""
        vocabulary = self.stream.vocabulary or Vocabulary.each(self.labels)
        groups = {group.name: group.labels for group in vocabulary.groups if not group.is_idle}
        change.check_names(groups)
        per_label = {label: rule for name, rule in change.per_label.items() for label in groups[name]}
        return replace(change, per_label=per_label)

    @property
    def decodings(self) -> dict[str, Decoding]:
        """How the answers that fire gestures are read, by their names."""
        if not self.clip:
            return {network.name: network.decoding for network in (self.stream, self.fast) if network}
        fusion = self.clip.fusion
        read = {BOTH: fusion.decoding or self.stream.decoding}
        return read | ({QUICK: fusion.quick.decoding} if fusion.quick else {})

    def fusion(self) -> Fusion:
        """The rule that decides from them, for one stream."""
        if self.clip:
            return Pause(StreamAndClip(self.stream, self.clip, self.clip.fusion), self._rests_s)
        if self.fast:
            return Pause(MainAndFastPass(self.stream, self.fast), self._rests_s)
        return SingleNetwork(self.stream)

    @property
    def _rests_s(self) -> dict[str, float]:
        """The rest after each gesture, by its name: the shortest of the answers that fire it."""
        groups = (self.stream.vocabulary or Vocabulary.each(self.labels)).groups
        return {
            group.name: min(group.rule(decoding).rest_s for decoding in self.decodings.values()) for group in groups
        }


def _changed(fusion: ClipFusion, change: DecodingChange, own: Decoding) -> ClipFusion:
    """How a clip network decides together with a stream network that has a decoding of its own."""
    decoding = change.of(fusion.decoding or own)
    quick = fusion.quick and replace(fusion.quick, decoding=change.stricter_of(fusion.quick.decoding))
    return replace(fusion, decoding=decoding, quick=quick)


def networks_of(
    engine: Engine,
    head: Head | None = None,
    decoding: Decoding | None = None,
    fast_pass: bool = True,
    clip: ClipEngine | None = None,
    vocabulary: Vocabulary | None = None,
) -> Networks:
    """How a model is run over a stream: by itself, with its fast pass if it has one, or with a clip network.

    Args:
        engine: runs the stream network.
        head: reads it; None for the softmax at the model's temperature.
        decoding: how probabilities become events, also those that a clip network shares; None for the models' way.
        fast_pass: False leaves the fast pass out; a clip network takes its place.
        clip: runs the clip network beside it.
        vocabulary: which labels decide together; None for each label by itself.
    """
    spec = engine.spec
    head = head or SoftmaxHead(spec.labels, spec.temperature)
    stream = Network(STREAM, engine, head, decoding or spec.decoding, vocabulary=vocabulary)
    if clip:
        clip_head = SoftmaxHead(head.labels, clip.spec.temperature)
        fusion = replace(clip.spec.fusion, decoding=decoding) if decoding else clip.spec.fusion
        return Networks(stream, clip=ClipNetwork(CLIP, clip, clip_head, spec.rate_hz, fusion))
    if not (fast_pass and spec.fast_pass):
        return Networks(stream)
    settings = spec.fast_pass
    fast_head = SoftmaxHead(head.labels, settings.temperature)
    return Networks(stream, Network(FAST, engine, fast_head, settings.decoding, settings.lag_divisor, vocabulary))
