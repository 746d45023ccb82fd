"""ClipSpec: the description in a clip network's file.

A clip network has one output for the pictures of the last seconds; a stream network (`models.spec`) has an output for
every picture. The descriptions have different metadata keys.
"""

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any

from models.errors import ModelFileError
from models.spec import EMBEDDING, LOGITS, Decoding, check_normalisation, check_texts, read_decoding, read_list

CLIP_KEY = "mstnet_clip_spec"
"""The ONNX metadata key that holds the spec as JSON."""
CLIP = "clip"
"""Name of the graph's input."""
CLIP_SUFFIX = ".clip.onnx"
"""Suffix of the clip network's file in the folder of its stream network."""
VERSION = 2


def _check_number(name: str, value: object, least: float, most: float = math.inf) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        raise ValueError(f"{name} is a number from {least:g} to {most:g}; got {value!r}")


@dataclass(frozen=True, slots=True)
class ClipFusion:
    """How a clip network is fused with its stream network."""

    weight: float = 0.5
    """Weight of the clip network's probabilities, 0..1; the stream network's have the rest."""
    asked_below: float = 0.9
    """The clip network runs while the stream network's smoothed probability of no gesture is below this."""
    every: int = 1
    """Steps between two runs; the last output is used in between."""
    decoding: Decoding | None = None
    """Decoding of the fused probabilities; None for the stream network's."""

    def __post_init__(self) -> None:
        for name in ("weight", "asked_below"):
            _check_number(name, getattr(self, name), 0, 1)
        if type(self.every) is not int or self.every < 1:
            raise ValueError(f"every is a whole number above 0; got {self.every!r}")


@dataclass(frozen=True, slots=True)
class ClipSpec:
    """Everything needed to run a clip network."""

    name: str
    labels: tuple[str, ...]
    """One label per logit. Left and right are the performer's."""
    pictures: int
    """T, the number of pictures in a clip."""
    height: int
    width: int
    """Size of a picture in pixels."""
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    """RGB normalisation on the 0..255 scale; it happens inside the graph."""
    rate_hz: float
    """Pictures per second in the clips that the network was trained on."""
    windows_s: tuple[float, ...]
    """Lengths of the clips whose logits are averaged, in seconds; shorter ones are sampled more densely."""
    embedding_width: int
    """Width of the features before the classifier."""
    temperature: float = 1.0
    """Logits are divided by this before the softmax."""
    trained: str = ""
    """How the weights were made, in one sentence."""
    weights_sha256: str = ""
    """Hash of the weights that the graph was exported from."""
    colour: str = "RGB"
    fusion: ClipFusion = ClipFusion()

    def __post_init__(self) -> None:
        check_texts(self.labels, self.name, self.trained, self.weights_sha256)
        for name in ("pictures", "height", "width", "embedding_width"):
            if type(getattr(self, name)) is not int or getattr(self, name) < 1:
                raise ValueError(f"{name} is a whole number above 0; got {getattr(self, name)!r}")
        if not self.windows_s:
            raise ValueError("windows_s holds one length at least")
        for value in (self.rate_hz, self.temperature, *self.windows_s):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < math.inf:
                raise ValueError(f"rate_hz, temperature and windows_s are numbers above 0; got {value!r}")
        check_normalisation(self.mean, self.std)

    @property
    def longest_s(self) -> float:
        """Length of the longest clip, in seconds."""
        return max(self.windows_s)

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """Shape of a picture, [H, W, 3]."""
        return (self.height, self.width, 3)

    @property
    def clip_shape(self) -> tuple[int, int, int, int]:
        """Shape of the uint8 input `clip`, [T, H, W, 3]."""
        return (self.pictures, *self.picture_shape)

    @property
    def inputs(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of the graph's input."""
        return {CLIP: self.clip_shape}

    @property
    def outputs(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of every output of the graph."""
        return {LOGITS: (1, len(self.labels)), EMBEDDING: (1, self.embedding_width)}

    def to_json(self) -> str:
        """The spec as the JSON text that an `.onnx` carries."""
        return json.dumps({"version": VERSION, **dataclasses.asdict(self)})

    @classmethod
    def from_json(cls, text: str, source: str) -> "ClipSpec":
        """Read the spec that `source` carries.

        Raises:
            ModelFileError: the text is not a spec of this version; the message names the part.
        """
        try:
            data = json.loads(text)
            version = data.pop("version")
            if version != VERSION:
                raise ModelFileError(
                    f"{source} is described in version {version}; this program reads version {VERSION}. "
                    "Export the model again."
                )
            listed = {name: read_list(data[name]) for name in ("labels", "mean", "std", "windows_s")}
            return cls(**(data | listed | {"fusion": _fusion(data.get("fusion"))}))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelFileError(
                f"{source} has a damaged description ({type(error).__name__}: {error}). Export the model again."
            ) from error


def _fusion(data: dict[str, Any] | None) -> ClipFusion:
    if data is None:
        return ClipFusion()
    decoding = data.get("decoding")
    return ClipFusion(**(data | {"decoding": read_decoding(decoding) if decoding else None}))
