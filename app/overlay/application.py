"""Opens the window, runs the worker, and raises the worker's error at the end."""

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
        stop: stops the worker; called once the window is closed, also after an error.
        set_paused: pauses or resumes the worker.
        toggle_control: arms or disarms control; None without control.

    Raises:
        UserError: no window can be opened; the message states why.
        KeyboardInterrupt: Ctrl-C was pressed.
        BaseException: the error that the worker passed to `bridge.fail`, or an error of the window.
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
    """Record Ctrl-C while the window is built or closed: an exception in a method called by Qt would abort."""
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)
