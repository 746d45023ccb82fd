"""Signals that end the program cleanly: Ctrl-C, SIGTERM, and SIGHUP, which is sent when a terminal is closed."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from app.shutdown import shutdown_requested


def shutdown_signals() -> list[int]:
    """The signals that end this process; without SIGHUP if it is ignored, as after `nohup`."""
    hang_up = getattr(signal, "SIGHUP", None)
    ignored = hang_up is None or signal.getsignal(hang_up) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignored or hang_up is None else [hang_up])]


@contextmanager
def stop_on_signals(stop: threading.Event) -> Iterator[list[int]]:
    """Set an event when a signal comes; yields the list of received signals. Call it from the main thread.

    Raises:
        KeyboardInterrupt: at the end, if Ctrl-C was received.
    """
    with _received(stop.set) as received:
        yield received
    if signal.SIGINT in received:
        raise KeyboardInterrupt


@contextmanager
def defer_signals() -> Iterator[None]:
    """Handle signals by setting `shutdown_requested` only: they shorten waits in the context, but do not interrupt it.

    Raises:
        KeyboardInterrupt: at the end, if Ctrl-C was received.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _received() as received:
        yield
    if signal.SIGINT in received:
        raise KeyboardInterrupt


@contextmanager
def _received(on_signal: Callable[[], None] = lambda: None) -> Iterator[list[int]]:
    """Handle signals within the context; yields the list of received ones."""
    received: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)
        shutdown_requested.set()
        on_signal()

    before = {number: signal.signal(number, handle) for number in shutdown_signals()}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
