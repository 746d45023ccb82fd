"""The extensions of the X server."""

import os
from contextlib import closing

TESTING, LISTENING = "XTEST", "RECORD"
"""The extensions that send key events, and that report them."""


def server_lacks(extension: str) -> bool:
    """Whether the X server lacks an extension. Needs python-xlib, a dependency of pynput.

    Raises:
        ImportError: python-xlib is not installed.
        ConnectionError: the display does not respond.
    """
    from Xlib.display import Display
    from Xlib.error import DisplayError

    try:
        display = Display()
    except DisplayError as error:
        raise ConnectionError(f"the X11 display {os.environ.get('DISPLAY', '')!r} does not respond") from error
    with closing(display):
        return display.query_extension(extension) is None
