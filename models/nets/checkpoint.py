"""Checkpoints: weights, config and description of a network in one `.pt`."""

import hashlib
from pathlib import Path
from typing import Any

import torch

from common.errors import first_line
from common.whole_file import whole_file
from models.errors import ModelFileError
from models.nets.mstnet import MSTNet, MSTNetConfig
from models.spec import READABLE_VERSIONS, Decoding, ModelSpec

FORMAT = "mstnet"


def describe(
    net: MSTNet,
    *,
    name: str,
    labels: tuple[str, ...],
    height: int,
    width: int,
    rate_hz: float,
    trained: str = "",
    temperature: float = 1.0,
    decoding: Decoding | None = None,
) -> ModelSpec:
    """The spec of a network: name, labels and training are given, the rest follows from the network."""
    if len(labels) != net.config.classes:
        raise ValueError(f"{net.config.classes} classes need as many labels; got {len(labels)}")
    return ModelSpec(
        name=name,
        labels=labels,
        height=height,
        width=width,
        mean=net.config.mean,
        std=net.config.std,
        rate_hz=rate_hz,
        memories=net.memories(height, width),
        receptive_field=net.receptive_field,
        embedding_width=net.backbone.width,
        temperature=temperature,
        decoding=decoding or Decoding(),
        trained=trained,
        weights_sha256=weights_hash(net),
    )


def derived_spec(net: MSTNet, before: ModelSpec, *, name: str, trained: str, decoding: Decoding) -> ModelSpec:
    """The spec of a network made from another one, with that one's values where none are given.

    Args:
        net: the new network.
        before: the spec of the network that it was made from.
        name: the new name.
        trained: how it was made; appended to the text of `before`.
        decoding: its decoding.
    """
    return describe(
        net,
        name=name,
        labels=before.labels,
        height=before.height,
        width=before.width,
        rate_hz=before.rate_hz,
        trained=f"{before.trained}; {trained}",
        temperature=before.temperature,
        decoding=decoding,
    )


def save_checkpoint(path: Path, net: MSTNet, spec: ModelSpec) -> None:
    """Write a network and its spec atomically.

    Raises:
        WriteError: it cannot be written.
    """
    content = {"format": FORMAT, "config": net.config.to_dict(), "spec": spec.to_json(), "weights": net.state_dict()}
    write_whole(path, content)


def load_checkpoint(path: Path) -> tuple[MSTNet, ModelSpec]:
    """Read a file of `save_checkpoint`; the network is in evaluation mode, on the CPU.

    Raises:
        ModelFileError: the file is missing or damaged, or is not such a checkpoint.
    """
    content = read_whole(path)
    if content.get("format") != FORMAT:
        raise ModelFileError(f"{path} is no checkpoint of this project; export or train one, see training/README.md")
    try:
        net = MSTNet(MSTNetConfig.from_dict(content["config"]))
        net.load_state_dict(content["weights"])
        spec = ModelSpec.from_json(content["spec"], str(path), READABLE_VERSIONS)
        fits = net.memories(spec.height, spec.width) == spec.memories and net.config.classes == len(spec.labels)
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelFileError(
            f"{path} does not fit the network that it names ({first_line(error)}). Save it again."
        ) from error
    if not fits:
        raise ModelFileError(f"{path} describes another network than it holds. Save it again.")
    return net.eval(), spec


def write_whole(path: Path, content: dict[str, Any]) -> None:
    """Save with torch, atomically.

    Raises:
        WriteError: it cannot be written.
    """
    # Given a name, torch's writer reports a full disk by an error that does not name the cause.
    with whole_file(path) as unfinished, unfinished.open("wb") as file:
        torch.save(content, file)


def read_whole(path: Path) -> dict[str, Any]:
    """Load a dictionary of tensors and plain values; code is not loaded."""
    if not path.is_file():
        raise ModelFileError(f"no checkpoint {path}; give the path of a .pt file")
    if path.suffix in (".onnx", ".plan"):
        raise ModelFileError(
            f"{path} is an exported network, expected a checkpoint; give the .pt that it was exported from"
            + (", or make one with `python -m training.from_onnx`" if path.suffix == ".onnx" else "")
        )
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read ({error.strerror}); give a .pt file that can") from error
    except Exception as error:  # the unpickler raises many types for a damaged file
        raise ModelFileError(f"{path} is damaged or no PyTorch file. Copy or save it again.") from error
    return content if isinstance(content, dict) else {}


def weights_hash(net: MSTNet) -> str:
    """SHA-256 over the names and values of all weights."""
    digest = hashlib.sha256()
    for name, tensor in net.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
