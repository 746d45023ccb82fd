"""Passes signals and errors to the caller while Qt's event loop runs."""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from PyQt6 import sip
from PyQt6.QtCore import QSocketNotifier

from app.shutdown import shutdown_requested
from app.signals import shutdown_signals

Fail = Callable[[BaseException], None]


@contextmanager
def signals_to(fail: Fail, end: Callable[[], None]) -> Iterator[None]:
    """Pass Ctrl-C to `fail` and SIGTERM to `end` immediately while Qt's loop runs.

    Python runs a signal's handler only between its own instructions. Therefore the signal also writes a byte to a
    socket, whose notifier wakes the loop and calls into Python.
    """

    def interrupt(*_: object) -> None:
        shutdown_requested.set()
        fail(KeyboardInterrupt())

    def terminate(*_: object) -> None:
        shutdown_requested.set()
        end()

    handlers: dict[int, Callable[..., None]] = dict.fromkeys(shutdown_signals(), terminate)
    handlers[signal.SIGINT] = interrupt
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        notifier = QSocketNotifier(sip.voidptr(ours.fileno()), QSocketNotifier.Type.Read)
        notifier.activated.connect(lambda: ours.recv(64))
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
        wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            notifier.setEnabled(False)


@contextmanager
def errors_to(fail: Fail) -> Iterator[None]:
    """Pass errors in Qt's callbacks to `fail`. PyQt would abort the process."""

    def on_error(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        fail(error)

    hook, sys.excepthook = sys.excepthook, on_error
    try:
        yield
    finally:
        sys.excepthook = hook
