"""The way into this room: open the window, run the worker beside it, come back with what went wrong."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.overlay import display
from app.overlay.view import ViewOptions
from app.shutdown import shutdown_requested
from common.errors import UserError

if TYPE_CHECKING:
    from app.overlay.bridge import Bridge
    from app.overlay.session import Session


def run(
    options: ViewOptions,
    start: "Callable[[Bridge], None]",
    stop: Callable[[], None],
    set_paused: Callable[[bool], None],
    toggle_control: Callable[[], None] | None = None,
) -> None:
    """Show the window, or the HUD, until it is closed. Call it from the main thread.

    Args:
        options: what to show.
        start: starts the worker and returns; called once the window is shown.
        stop: stops the worker; called once the window is closed, whatever the reason.
        set_paused: pauses the worker, or lets it go on.
        toggle_control: lets gestures act on the desktop, or no longer; None where they never do.

    Raises:
        UserError: no window can be opened; says why.
        KeyboardInterrupt: Ctrl-C.
        BaseException: what the worker handed to `bridge.fail`, or what went wrong in the window.
    """
    with _ctrl_c_noted() as pressed:
        session = _session(options, set_paused, toggle_control)
        try:
            session.run(start, pressed)
        finally:
            session.close()
            stop()
    if session.error is not None:
        raise session.error
    if pressed:
        shutdown_requested.set()
        raise KeyboardInterrupt


def _session(
    options: ViewOptions, set_paused: Callable[[bool], None], toggle_control: Callable[[], None] | None
) -> "Session":
    display.forget_opencv_plugins(os.environ)
    try:
        platform = display.choose_platform(os.environ, options.overlay)
        from app.overlay.session import Session
    except ImportError as error:
        raise UserError(
            f"The window needs PyQt6, which does not load here: {error}. "
            "Install it (`pip install -r requirements.txt`, and the system library named), or use --headless."
        ) from error
    return Session(options, set_paused, platform, toggle_control)


@contextmanager
def _ctrl_c_noted() -> Iterator[list[int]]:
    """While the window is built or taken down, keep Ctrl-C for later: out of a method that Qt calls, it would abort."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
