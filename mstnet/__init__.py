"""The public API of mstnet-live: frames in, gestures out. No window, no torch.

    from mstnet import Frame, open_recognizer

    with open_recognizer() as recognizer:
        recognition = recognizer.see(Frame(image, time_s, index))    # image: uint8 [H, W, 3] RGB
        if recognition.event:
            print(recognition.event.label)

`docs/api.md` has complete programs, `mstnet/api.py` lists the names. Names not listed there may change in any version.
"""

from importlib import import_module
from typing import TYPE_CHECKING

import models  # noqa: F401 - before ONNX Runtime, whose telemetry it turns off

if TYPE_CHECKING:
    from mstnet.api import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        """Import the API when a name of it is first used, so that commands can report a missing package in one line."""
        api = import_module("mstnet.api")
        if name not in api.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(api, name)

    def __dir__() -> list[str]:
        return sorted([*globals(), *import_module("mstnet.api").__all__])
