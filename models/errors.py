"""The errors a caller can do something about.

Each message is one line: what was given, what was expected and what to do.
"""

from common.errors import UserError


class ModelFileError(UserError):
    """A model file is missing or damaged, or has no description."""


class EngineError(UserError):
    """A runtime that was asked for is missing or cannot run the model."""


class UnavailableError(EngineError):
    """A runtime is not installed or has no chip here; with the engine `auto` this is no error."""


class VocabularyError(UserError):
    """Groups of labels do not go together, or not with the model's labels."""


class DecodingError(UserError):
    """Thresholds do not go together, or are for a gesture that there is not."""


class CameraError(UserError):
    """A camera, file or URL does not deliver pictures."""


class FrameError(CameraError):
    """A frame's picture or its time is not what a frame has."""


class SpentStateError(RuntimeError):
    """A stream's state was used twice; a bug in the caller: `step` returns the state to use next."""
