"""A TensorRT engine on disk: the `.plan`, and a `.json` with its description and target."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from common.whole_file import write_whole
from models.errors import ModelFileError
from models.spec import ModelSpec

BUILT = "built"
"""The key that the `.json` has in addition to those of a spec."""


@dataclass(frozen=True, slots=True)
class Built:
    """How an engine was built."""

    onnx_sha256: str
    runtime: str
    """TensorRT's flavour and version, such as `tensorrt 10.3.0`."""
    gpu: str
    """Such as `Orin (SM 8.7)`."""
    precision: str
    """The smallest type that the graph computes in: fp32, fp16 or int8."""
    difference: float
    """Difference from ONNX Runtime, by `parity.largest_difference`."""
    plan_sha256: str
    """Hash of the `.plan`; empty if the engine was refused and not kept."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A serialised engine with its description."""

    data: bytes
    spec: ModelSpec
    built: Built | None
    """None if another program built it and only the spec lies next to it."""


def write_plan(path: Path, plan: Plan) -> None:
    """Write the `.plan`, then the `.json`, each atomically; for a refused engine only the `.json`.

    Raises:
        WriteError: a file cannot be written; no incomplete file is left.
    """
    description = json.loads(plan.spec.to_json())
    if plan.built:
        description[BUILT] = dataclasses.asdict(plan.built)
    if plan.data:
        write_whole(path, plan.data)
    write_whole(path.with_suffix(".json"), json.dumps(description).encode())


def read_plan(path: Path) -> Plan:
    """Read a `.plan` with its description; a refused engine has only the description.

    Raises:
        ModelFileError: one of the two is missing or damaged.
    """
    spec, built = read_description(path.with_suffix(".json"))
    if built and not built.plan_sha256:
        return Plan(b"", spec, built)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelFileError(f"{path} cannot be read ({error.strerror}); give a file that is there") from error
    if built and sha256(data) != built.plan_sha256:
        raise ModelFileError(f"{path} is damaged: it is not what its .json describes. Copy or build it again.")
    return Plan(data, spec, built)


def read_description(path: Path) -> tuple[ModelSpec, Built | None]:
    """Read the `.json` of a `.plan`.

    Raises:
        ModelFileError: it is missing or damaged.
    """
    try:
        description = json.loads(path.read_bytes())
        built = Built(**description.pop(BUILT)) if BUILT in description else None
    except OSError as error:
        raise ModelFileError(
            f"{path}, the description of a .plan, cannot be read ({error.strerror}); copy the two together"
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelFileError(f"{path} is damaged ({error}). Copy or build the .plan and its .json again.") from error
    return ModelSpec.from_json(json.dumps(description), str(path)), built


def sha256(data: bytes) -> str:
    """The hash of a file's content, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
