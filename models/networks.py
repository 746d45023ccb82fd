"""The networks of a model file, and the rule that decides from them."""

from collections.abc import Sequence

from models.engines.base import Engine
from models.errors import ModelFileError
from models.fast_pass import MainAndFastPass
from models.fusion import Fusion, SingleNetwork
from models.heads import Head, SoftmaxHead
from models.network import Network
from models.spec import Decoding, ModelSpec
from models.vocabulary import Vocabulary

STREAM, FAST = "stream", "fast"
"""Names of the main pass and the fast pass."""


def networks_of(
    engine: Engine,
    head: Head | None = None,
    decoding: Decoding | None = None,
    fast_pass: bool = True,
    vocabulary: Vocabulary | None = None,
) -> tuple[Network, ...]:
    """How a model is run over a stream: its main pass, and its fast pass if it has one.

    Args:
        engine: runs the model.
        head: reads the main pass; None for the softmax at the model's temperature.
        decoding: of the main pass; None for the model's.
        fast_pass: False leaves the fast pass out.
        vocabulary: which labels decide together; None for each label by itself.
    """
    spec = engine.spec
    head = head or SoftmaxHead(spec.labels, spec.temperature)
    main = Network(STREAM, engine, head, decoding or spec.decoding, vocabulary=vocabulary)
    if not (fast_pass and spec.fast_pass):
        return (main,)
    settings = spec.fast_pass
    fast_head = SoftmaxHead(head.labels, settings.temperature)
    return main, Network(FAST, engine, fast_head, settings.decoding, settings.lag_divisor, vocabulary)


def fusion_of(networks: Sequence[Network]) -> Fusion:
    """The rule that decides from these networks, for one stream."""
    return MainAndFastPass(*networks) if len(networks) > 1 else SingleNetwork(*networks)


def check_alike(networks: Sequence[Network]) -> None:
    """See that networks can run over one stream.

    Raises:
        ModelFileError: they take different pictures, or come at different rates.
    """
    first = networks[0].engine.spec
    for network in networks[1:]:
        spec = network.engine.spec
        if _sees(spec) != _sees(first):
            raise ModelFileError(
                f"{spec.name} does not go with {first.name}: it takes {spec.width}x{spec.height} pixels at "
                f"{spec.rate_hz:g} Hz, not {first.width}x{first.height} at {first.rate_hz:g} Hz, or has other labels"
            )


def _sees(spec: ModelSpec) -> tuple[object, ...]:
    return spec.labels, spec.height, spec.width, spec.rate_hz
