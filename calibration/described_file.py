"""Reads and writes the description in a model file; the graph stays unchanged. Needs onnx."""

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from common.whole_file import write_whole
from models.clip_spec import CLIP_KEY, ClipSpec
from models.errors import ModelFileError
from models.spec import SPEC_KEY, ModelSpec

Spec = ModelSpec | ClipSpec
"""The description of a stream network or of a clip network."""


class DescribedFile:
    """A `.onnx` file and its description.

    Raises:
        ModelFileError: the file cannot be read, or has no description.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._model = onnx.load(path, load_external_data=False)
        except OSError as error:
            raise ModelFileError(f"cannot read {path} ({error.strerror}); give a .onnx file") from error
        except DecodeError as error:
            raise ModelFileError(f"{path} is no ONNX file; give a .onnx that was exported here") from error
        entries = {entry.key: entry for entry in self._model.metadata_props}
        key = next((key for key in (SPEC_KEY, CLIP_KEY) if key in entries), None)
        if key is None:
            raise ModelFileError(f"{path} does not describe itself; give a .onnx that python -m training.export wrote")
        self._entry = entries[key]
        read = ModelSpec.from_json if key == SPEC_KEY else ClipSpec.from_json
        self.spec: Spec = read(self._entry.value, str(path))

    def save(self, spec: Spec, path: Path) -> None:
        """Write the same graph with another description, atomically.

        Raises:
            WriteError: it cannot be written; an existing file is unchanged.
        """
        self._entry.value = spec.to_json()
        write_whole(path, self._model.SerializeToString())
