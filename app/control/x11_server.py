"""What the X server lets programs do."""

import os
from contextlib import closing

TESTING, LISTENING = "XTEST", "RECORD"
"""The extensions that send key events, and that report them."""


def server_lacks(extension: str) -> bool:
    """Whether the X server has no such extension. Needs python-xlib, which pynput brings.

    Raises:
        ImportError: python-xlib is not installed.
        ConnectionError: the display does not answer.
    """
    from Xlib.display import Display
    from Xlib.error import DisplayError

    try:
        display = Display()
    except DisplayError as error:
        raise ConnectionError(f"the X11 display {os.environ.get('DISPLAY', '')!r} does not answer") from error
    with closing(display):
        return display.query_extension(extension) is None
