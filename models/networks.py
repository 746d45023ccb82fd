"""The networks over one stream, and the rule that decides from them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from models.clip_fusion import BOTH, StreamAndClip
from models.clip_network import ClipNetwork
from models.decoding_change import DecodingChange
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
    """The networks of a stream: a stream network, optionally with its fast pass and with a clip network.

    Raises:
        ModelFileError: their labels or the sizes of their input pictures differ.
    """

    stream: Network
    fast: Network | None = None
    clip: ClipNetwork | None = None

    def __post_init__(self) -> None:
        spec = self.stream.engine.spec
        for other in (network for network in (self.fast, self.clip) if network):
            second = other.engine.spec
            if second.labels != spec.labels:
                raise ModelFileError(f"{second.name} has other labels than {spec.name}; give two with the same labels")
            if (second.height, second.width) != (spec.height, spec.width):
                raise ModelFileError(
                    f"{second.name} takes {second.width}x{second.height} pixels and {spec.name} "
                    f"{spec.width}x{spec.height}; give two with the same input size"
                )

    def __iter__(self) -> Iterator[Network | ClipNetwork]:
        """All of them, the stream network first."""
        return (network for network in (self.stream, self.fast, self.clip) if network)

    @property
    def passes(self) -> tuple[Network, ...]:
        """The passes of the stream network, the main one first."""
        return (self.stream, self.fast) if self.fast else (self.stream,)

    @property
    def names(self) -> list[str]:
        """Their names, in order."""
        return [network.name for network in self]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that may fire."""
        return self.stream.head.labels

    @property
    def gestures(self) -> tuple[str, ...]:
        """The names under which gestures fire: those of the vocabulary's groups, or the labels."""
        return self.stream.gestures

    def with_vocabulary(self, vocabulary: Vocabulary) -> "Networks":
        """A copy with another vocabulary."""
        fast = replace(self.fast, vocabulary=vocabulary) if self.fast else None
        return Networks(replace(self.stream, vocabulary=vocabulary), fast, self.clip)

    def with_decoding(self, change: DecodingChange) -> "Networks":
        """A copy with another temperature and decoding.

        The change applies to the main pass, or to the fusion of stream network and clip network. The fast pass keeps
        its own smoothing and temperature, and takes only those thresholds that are stricter than its own.

        Args:
            change: new values; its `per_label` has names as in `gestures`.

        Raises:
            DecodingError: the thresholds contradict each other, or there is no such gesture.
        """
        change = self._spelt_out(change)
        stream, clip = self.stream, self.clip
        if change.temperature is not None:
            stream = replace(stream, head=stream.head.at(change.temperature))
        if clip:
            decoding = change.of(clip.fusion.decoding or stream.decoding)
            clip = replace(clip, fusion=replace(clip.fusion, decoding=decoding))
        else:
            stream = replace(stream, decoding=change.of(stream.decoding))
        fast = self.fast and replace(self.fast, decoding=change.stricter_of(self.fast.decoding))
        return Networks(stream, fast, clip)

    def _spelt_out(self, change: DecodingChange) -> DecodingChange:
        """The change by label instead of by group."""
        vocabulary = self.stream.vocabulary or Vocabulary.each(self.labels)
        groups = {group.name: group.labels for group in vocabulary.groups if not group.is_idle}
        change.check_names(groups)
        per_label = {label: rule for name, rule in change.per_label.items() for label in groups[name]}
        return replace(change, per_label=per_label)

    @property
    def decodings(self) -> dict[str, Decoding]:
        """The decodings that fire gestures, by name."""
        main = {BOTH: self._shared.decoding} if self.clip else {STREAM: self.stream.decoding}
        return main | ({FAST: self.fast.decoding} if self.fast else {})

    @property
    def _shared(self) -> Network:
        """The stream network with the decoding of the fusion, if there is a clip network."""
        shared = self.clip.fusion.decoding if self.clip else None
        return replace(self.stream, decoding=shared) if shared else self.stream

    def fusion(self) -> Fusion:
        """The rule that decides from them, for one stream."""
        main = self._shared
        rule = MainAndFastPass(main, self.fast) if self.fast else SingleNetwork(main)
        return StreamAndClip(self.stream, self.clip, self.clip.fusion, rule) if self.clip else rule


def networks_of(
    engine: Engine,
    head: Head | None = None,
    decoding: Decoding | None = None,
    fast_pass: bool = True,
    clip: ClipEngine | None = None,
    vocabulary: Vocabulary | None = None,
) -> Networks:
    """The networks for a model: the stream network, its fast pass if it has one, and a clip network if one is given.

    Args:
        engine: runs the stream network.
        head: turns its output into probabilities; None for the softmax at the model's temperature.
        decoding: for the stream network and the fusion; None for those in the model files.
        fast_pass: False leaves the fast pass out.
        clip: runs the clip network, or None.
        vocabulary: groups of labels; None for one group per label.
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
