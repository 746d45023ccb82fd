"""Writes a model repository for NVIDIA's Triton Inference Server, which keeps the state of many cameras.

A camera is a sequence. Triton holds its past as implicit state, initially zeros, and batches the waiting steps of
different cameras. See docs/triton.md, which also describes a client.
"""

import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from common.errors import UserError
from common.whole_file import WriteError
from conversion.rolled import export_rolled
from models.spec import EMBEDDING, LOGITS, PICTURE, SPEC_KEY, ModelSpec

LABELS_FILE = "labels.txt"

STATE = """\
  state {{
    input_name: "{memory.rolled_input}"
    output_name: "{memory.rolled_output}"
    data_type: TYPE_FP32
    dims: {dims}
    initial_state {{ name: "empty past" data_type: TYPE_FP32 dims: {dims} zero_data: true }}
  }}
"""

CONFIG = """\
# Made by `python -m conversion triton`; docs/triton.md explains each part.
name: "{name}"
backend: "onnxruntime"
max_batch_size: {limits.batch}
input {{ name: "{picture}" data_type: TYPE_UINT8 dims: [{spec.height}, {spec.width}, 3] }}
output {{ name: "{logits}" data_type: TYPE_FP32 dims: [{classes}] label_filename: "{labels_file}" }}
output {{ name: "{embedding}" data_type: TYPE_FP32 dims: [{spec.embedding_width}] }}
sequence_batching {{
  max_sequence_idle_microseconds: {idle_us}
  oldest {{ max_candidate_sequences: {limits.streams} max_queue_delay_microseconds: {limits.wait_us} }}
{states}}}
parameters {{ key: "{spec_key}" value {{ string_value: {spec_text} }} }}
"""


class ServerLimits(NamedTuple):
    """Limits of one instance of the model."""

    batch: int = 16
    """Maximum number of cameras in one step."""
    streams: int = 64
    """Maximum number of cameras at the same time; further ones wait until one leaves."""
    idle_s: float = 5.0
    """Time without a picture after which the past of a camera is dropped, in seconds."""
    wait_us: int = 2000
    """How long a step may wait for others to form a batch, in microseconds."""


def config(spec: ModelSpec, name: str, limits: ServerLimits) -> str:
    """The text of `config.pbtxt`."""
    states = [STATE.format(memory=memory, dims=list(memory.rolled_shape[1:])) for memory in spec.memories]
    return CONFIG.format(
        name=name,
        spec=spec,
        limits=limits,
        idle_us=round(1e6 * limits.idle_s),
        classes=len(spec.labels),
        states="".join(states),
        picture=PICTURE,
        logits=LOGITS,
        embedding=EMBEDDING,
        labels_file=LABELS_FILE,
        spec_key=SPEC_KEY,
        spec_text=quoted(spec.to_json()),
    )


def quoted(text: str) -> str:
    """A string as protobuf's text format writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def write_repository(
    source: Path, repository: Path, name: str | None = None, limits: ServerLimits | None = None
) -> Path:
    """Add an exported model to a repository, atomically.

    Args:
        source: the exported `.onnx`.
        repository: a folder of models; created if missing.
        name: its name for clients; None for the file's name.
        limits: limits of one instance.

    Returns:
        The model's folder, with `config.pbtxt`, the labels and `1/model.onnx`.

    Raises:
        UserError: the model cannot be used, or its folder exists already or cannot be written.
    """
    name = source.stem if name is None else name
    if not re.fullmatch(r"\w[\w.-]*", name, re.ASCII):
        raise UserError(
            f"{name!r} is not a valid model name for a server; give letters, digits, '-', '_', '.' with --name"
        )
    folder = repository / name
    if folder.exists():
        raise UserError(f"{folder} exists already; remove it, or give another name with --name")
    try:
        repository.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=repository, prefix=f".{name}-") as unfinished:
            _fill(Path(unfinished) / name, source, limits or ServerLimits()).rename(folder)
    except OSError as error:
        raise WriteError.of(folder, error) from error
    return folder


def _fill(folder: Path, source: Path, limits: ServerLimits) -> Path:
    """Make a model's folder."""
    (folder / "1").mkdir(parents=True)
    spec = export_rolled(source, folder / "1" / "model.onnx")
    (folder / LABELS_FILE).write_text("".join(f"{label}\n" for label in spec.labels), encoding="utf-8")
    (folder / "config.pbtxt").write_text(config(spec, folder.name, limits), encoding="utf-8")
    return folder
