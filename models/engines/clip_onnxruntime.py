"""A clip network in ONNX Runtime."""

from pathlib import Path

import numpy as np

from common.errors import first_line
from models.clip_spec import CLIP
from models.engines.base import Output
from models.engines.clip_engine import check_clip
from models.engines.onnxruntime_session import default_providers, open_session, read_clip_spec
from models.errors import ModelFileError
from models.frame import Image
from models.spec import EMBEDDING, LOGITS


class OnnxRuntimeClipEngine:
    """A clip network in ONNX Runtime.

    Args:
        path: a `.onnx` with a description.
        providers: execution providers in order of preference; None takes the best that this build has.
        threads: CPU threads per clip.

    Raises:
        ModelFileError: the file is missing or damaged, has no description, or is a stream network.
        EngineError: a provider that was asked for is not in this build.
    """

    def __init__(self, path: Path, providers: tuple[str, ...] | None = None, threads: int = 1) -> None:
        self._session = open_session(path, providers or default_providers(), threads)
        self.spec = read_clip_spec(self._session, path)
        try:
            self.run(np.zeros(self.spec.clip_shape, np.uint8))  # so that the first gesture does not wait for it
        except Exception as error:  # ONNX Runtime raises a private class for each status code
            raise ModelFileError(f"{path} does not run: {first_line(error)}. Export it again.") from error

    @property
    def name(self) -> str:
        """The provider in use, such as `onnxruntime:CPUExecutionProvider`."""
        return f"onnxruntime:{self._session.get_providers()[0]}"

    def run(self, clip: Image) -> Output:
        """Run on a clip, uint8 `spec.clip_shape`, the newest picture last."""
        check_clip(clip, self.spec)
        return Output(*self._session.run([LOGITS, EMBEDDING], {CLIP: clip}))

    def close(self) -> None:
        """Do nothing: ONNX Runtime frees a session with its last reference."""
