"""Files: a model with its description, written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import onnx

from calibration.errors import QuantizationError
from models.spec import SPEC_KEY, ModelSpec


@contextmanager
def put_in_place(path: Path) -> Iterator[Path]:
    """A file beside `path` to write to, which takes its place at the end unless something went wrong.

    Raises:
        QuantizationError: the disk is full, or the folder is not there or not to be written to.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield unfinished
        os.replace(unfinished, path)
    except OSError as error:
        raise QuantizationError(f"cannot write {path} ({error.strerror}); free or choose another place") from error
    finally:
        with suppress(OSError):
            unfinished.unlink()


def save_model(model: onnx.ModelProto, spec: ModelSpec, path: Path) -> None:
    """Write a graph that describes itself.

    Raises:
        OSError: it cannot be written.
    """
    described = {entry.key: entry.value for entry in model.metadata_props} | {SPEC_KEY: spec.to_json()}
    onnx.helper.set_model_props(model, described)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
