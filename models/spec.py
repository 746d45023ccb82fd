"""ModelSpec: the description in a model file: its input, output, labels and decoding."""

import dataclasses
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from models.errors import ModelFileError
from models.ring import ring_lengths

SPEC_KEY = "mstnet_spec"
"""The ONNX metadata key that holds the spec as JSON."""
ROLLED_KEY = "mstnet_rolled_spec"
"""The key in a rolled export, whose graph shifts its own past; the engines here do not run it."""
OLD_BATCHED_KEY = "mstnet_batched_spec"
"""The key in a batched form of version 1, which is no longer made or read."""
STREAMS = "streams"
"""Name of the open first dimension of every input and output: the number of streams in a batch."""
SPEC_VERSION = 2
READABLE_VERSIONS = (1, SPEC_VERSION)
"""Version 1 differs in the exported graph only; in checkpoints and takes, which hold none, it is read."""
PICTURE, LOGITS, EMBEDDING = "picture", "logits", "embedding"
"""Names of the graph's fixed input and outputs."""

NO_GESTURE_LABELS = ("No gesture", "Doing other things")
"""Jester's two labels for 'nothing happened'; they never become events."""


def _check_number(name: str, value: object, kind: type[int] | type[float], above: float = -math.inf) -> None:
    """Check that a value is a finite number of this kind; an int passes as a float."""
    kinds = (int, float) if kind is float else (int,)
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value) or value <= above:
        raise ValueError(f"{name} is a {'whole ' if kind is int else ''}number above {above:g}; got {value!r}")


def check_texts(labels: Sequence[str], *texts: str) -> None:
    """Check the labels and the other texts of a description: its name, how it was trained, its hash.

    Raises:
        ValueError: one is no text, or the labels are none or not all different.
    """
    if not all(isinstance(text, str) for text in (*texts, *labels)):
        raise ValueError("name, labels, trained and weights_sha256 are text")
    if not labels or len(set(labels)) < len(labels):
        raise ValueError("labels are there, and no two are the same")


def check_normalisation(mean: Sequence[float], std: Sequence[float]) -> None:
    """Check that both hold three numbers.

    Raises:
        ValueError: one does not.
    """
    if len(mean) != 3 or len(std) != 3:
        raise ValueError("mean and std hold three numbers each, for red, green and blue")


def idle_labels(labels: Sequence[str]) -> list[int]:
    """The indices of the idle labels."""
    return [k for k, label in enumerate(labels) if label in NO_GESTURE_LABELS]


def divided(lags: Sequence[int], divisor: int) -> tuple[int, ...]:
    """Ascending lags, each at least 1, divided by a whole number.

    They stay different: quotients that would be equal become consecutive steps.
    """
    back = [0]
    for lag in lags:
        back.append(max(lag // divisor, back[-1] + 1))
    return tuple(back[1:])


@dataclass(frozen=True, slots=True)
class MemorySpec:
    """The state of one temporal layer: the slice it writes at each step, and the past slices it reads."""

    layer: str
    """The layer's name in the network, such as `layer1.0.temporal`."""
    shape: tuple[int, ...]
    """Shape of one slice, [N, C, H, W] with N = 1 stream."""
    lags: tuple[int, ...]
    """How many steps back each past slice lies, ascending, each at least 1."""

    def __post_init__(self) -> None:
        if not isinstance(self.layer, str):
            raise ValueError(f"a memory's layer is text; got {self.layer!r}")
        for number in (*self.shape, *self.lags):
            _check_number("a memory's size or lag", number, int, above=0)

    @property
    def newest(self) -> str:
        """Name of the graph output that holds this step's slice."""
        return f"{self.layer}.now"

    def past(self, lag: int) -> str:
        """Name of the graph input that holds the slice of `lag` steps ago."""
        return f"{self.layer}.lag{lag}"

    def steps_back(self, lag_divisor: int) -> tuple[int, ...]:
        """The lags after division, in the order of `lags`."""
        return divided(self.lags, lag_divisor)

    # In a rolled export the past is one tensor, an output that is the next input. The two names differ in their prefix
    # only, so both sort in the same order, by which Triton (at least 25.12, issue 8586) pairs states.
    @property
    def rolled_input(self) -> str:
        """Name of the rolled graph's input that holds the whole past."""
        return f"past.{self.layer}"

    @property
    def rolled_output(self) -> str:
        """Name of the rolled graph's output that is the past at the next step."""
        return f"next.{self.layer}"

    @property
    def rolled_shape(self) -> tuple[int, ...]:
        """Shape of that past, [N, length * C, H, W]: as many slices as the largest lag, the oldest first."""
        streams, channels, *size = self.shape
        return (streams, max(self.lags) * channels, *size)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a gesture fires. Probabilities are 0..1, times are seconds of the stream."""

    enter: float = 0.6
    """A gesture may fire once its smoothed probability reaches this."""
    exit: float = 0.3
    """A gesture that fired may fire again only after its smoothed probability fell below this."""
    hold_s: float = 0.0
    """How long the probability must stay at `enter` or above before the gesture fires."""
    rest_s: float = 0.5
    """How long after any event nothing else fires."""

    def __post_init__(self) -> None:
        for name in ("enter", "exit", "hold_s", "rest_s"):
            _check_number(name, getattr(self, name), float)
        if not 0.0 < self.exit <= self.enter <= 1.0:
            raise ValueError(f"a rule needs 0 < exit <= enter <= 1; got enter={self.enter}, exit={self.exit}")
        if self.hold_s < 0 or self.rest_s < 0:
            raise ValueError(f"hold_s and rest_s are seconds >= 0; got hold_s={self.hold_s}, rest_s={self.rest_s}")


@dataclass(frozen=True, slots=True)
class Decoding:
    """Smoothing and rules: from probabilities to events."""

    smooth_s: float = 0.2
    """Time constant of the exponential average over probabilities; 0 turns it off."""
    rule: Rule = Rule()
    per_label: dict[str, Rule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_number("smooth_s", self.smooth_s, float)
        if self.smooth_s < 0:
            raise ValueError(f"smooth_s is seconds >= 0; got {self.smooth_s}")

    def rule_for(self, label: str) -> Rule:
        """The rule of one gesture."""
        return self.per_label.get(label, self.rule)


@dataclass(frozen=True, slots=True)
class FastPass:
    """The fast pass: a second run of the model over the same stream, for gestures faster than those in training.

    The weights are the same; all lags are divided by `lag_divisor`, so that with 4 a swipe of half a second appears to
    the network like one of two seconds.
    """

    lag_divisor: int
    temperature: float
    """Logits are divided by this before the softmax."""
    decoding: Decoding

    def __post_init__(self) -> None:
        _check_number("lag_divisor", self.lag_divisor, int, above=1)
        _check_number("temperature", self.temperature, float, above=0)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Everything needed to run a model."""

    name: str
    labels: tuple[str, ...]
    """One label per logit. Left and right are the performer's."""
    height: int
    width: int
    """The network's picture, in pixels."""
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    """RGB normalisation on the 0..255 scale, for information: the graph contains it."""
    rate_hz: float
    """Steps per second in training."""
    memories: tuple[MemorySpec, ...]
    receptive_field: int
    """Number of steps that one output can depend on, including the current one."""
    embedding_width: int
    """Width of the features before the classifier, output `embedding` [1, width]."""
    temperature: float = 1.0
    """Logits are divided by this before the softmax."""
    decoding: Decoding = Decoding()
    trained: str = ""
    """How the weights were made, in one sentence."""
    weights_sha256: str = ""
    """Hash of the weights that the graph was exported from."""
    colour: str = "RGB"
    fast_pass: FastPass | None = None
    """None if the model has no fast pass."""

    def __post_init__(self) -> None:
        check_texts(self.labels, self.name, self.trained, self.weights_sha256)
        for name in ("height", "width", "receptive_field", "embedding_width"):
            _check_number(name, getattr(self, name), int, above=0)
        for name in ("rate_hz", "temperature"):
            _check_number(name, getattr(self, name), float, above=0)
        check_normalisation(self.mean, self.std)

    @property
    def picture_shape(self) -> tuple[int, int, int, int]:
        """Shape of the uint8 input `picture`, [1, H, W, 3]."""
        return (1, self.height, self.width, 3)

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every input of the graph."""
        past = {memory.past(lag): memory.shape for memory in self.memories for lag in memory.lags}
        return {PICTURE: self.picture_shape} | past

    @property
    def outputs(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every output of the graph."""
        newest = {memory.newest: memory.shape for memory in self.memories}
        return {LOGITS: (1, len(self.labels)), EMBEDDING: (1, self.embedding_width)} | newest

    def ring_slots(self, lag_divisor: int = 1) -> tuple[int, ...]:
        """Slots in the ring of each memory: at least its largest number of steps back, and the slot being written."""
        needed = [1 + max(memory.steps_back(lag_divisor), default=0) for memory in self.memories]
        return ring_lengths(needed, [math.prod(memory.shape) for memory in self.memories])

    def ring_phases(self, lag_divisor: int = 1) -> int:
        """Steps after which every ring is where it began: a multiple of the length of each."""
        return max(self.ring_slots(lag_divisor), default=1)

    @property
    def past_bytes(self) -> int:
        """Size of the rings of one stream, in bytes (float32)."""
        sizes = [math.prod(memory.shape) for memory in self.memories]
        return 4 * sum(slots * size for slots, size in zip(self.ring_slots(), sizes, strict=True))

    def to_json(self) -> str:
        """The spec as JSON, for the metadata of an `.onnx` and for the `.json` of a `.plan`."""
        return json.dumps({"version": SPEC_VERSION, **dataclasses.asdict(self)})

    @classmethod
    def from_json(cls, text: str, source: str, versions: tuple[int, ...] = (SPEC_VERSION,)) -> "ModelSpec":
        """Read the spec that `source` carries.

        Raises:
            ModelFileError: the text is not a spec of one of the versions; the message names the part.
        """
        try:
            data = json.loads(text)
            version = data.pop("version")
            if version not in versions:
                raise ModelFileError(
                    f"{source} is a model file of version {version}; this program reads version {SPEC_VERSION}, in "
                    "which one file serves one stream and many. Export the model again: python -m training.export"
                )
            return cls(**_with_types(data))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelFileError(
                f"{source} has a damaged description ({type(error).__name__}: {error}). Export the model again."
            ) from error


def _with_types(data: dict[str, Any]) -> dict[str, Any]:
    """Turn JSON's lists and objects back into tuples and dataclasses."""
    memories, fast = data["memories"], data.get("fast_pass")
    return data | {
        "labels": read_list(data["labels"]),
        "mean": tuple(data["mean"]),
        "std": tuple(data["std"]),
        "memories": tuple(MemorySpec(m["layer"], tuple(m["shape"]), tuple(m["lags"])) for m in memories),
        "decoding": read_decoding(data.get("decoding")),
        "fast_pass": FastPass(**(fast | {"decoding": read_decoding(fast["decoding"])})) if fast else None,
    }


def read_decoding(data: dict[str, Any] | None) -> Decoding:
    """The decoding that JSON holds; the default where it holds none."""
    if not data:
        return Decoding()
    rules = {label: Rule(**rule) for label, rule in data.get("per_label", {}).items()}
    return Decoding(data["smooth_s"], Rule(**data["rule"]), rules)


def read_list(value: object) -> tuple[Any, ...]:
    """A list of JSON as a tuple.

    Raises:
        TypeError: it is none.
    """
    if not isinstance(value, list):
        raise TypeError(f"expected a list; got {value!r}")
    return tuple(value)
