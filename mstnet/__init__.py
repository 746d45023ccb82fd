"""The public API of mstnet-live: pixels in, gestures out. No camera, no window, no clock, no torch.

    from mstnet import SHIPPED_MODEL, Frame, Recognizer, load_engine, networks_of

    recognizer = Recognizer(networks_of(load_engine(SHIPPED_MODEL)))
    recognition = recognizer.see(Frame(image, time_s, index))    # image: uint8 [H, W, 3] RGB
    if recognition.event:
        print(recognition.event.label)

`mstnet/api.py` lists the names. What is not listed there may change in any version.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mstnet.api import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        """Import the API when a name of it is first used: so a command can say in one line which package is missing."""
        api = import_module("mstnet.api")
        if name not in api.__all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(api, name)

    def __dir__() -> list[str]:
        return sorted([*globals(), *import_module("mstnet.api").__all__])
