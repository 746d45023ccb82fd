"""Writes a model file with its description."""

from pathlib import Path

import onnx

from models.spec import SPEC_KEY, ModelSpec


def save_model(model: onnx.ModelProto, spec: ModelSpec, path: Path) -> None:
    """Write a graph with a description, after the checks of onnx.

    Raises:
        OSError: it cannot be written.
    """
    described = {entry.key: entry.value for entry in model.metadata_props} | {SPEC_KEY: spec.to_json()}
    onnx.helper.set_model_props(model, described)
    onnx.checker.check_model(model, full_check=True)
    path.write_bytes(model.SerializeToString())
