"""Ctrl-C and errors must reach the caller although Qt's loop runs no Python of its own."""

import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from PyQt6 import sip
from PyQt6.QtCore import QSocketNotifier

Fail = Callable[[BaseException], None]


@contextmanager
def interrupts_to(fail: Fail) -> Iterator[None]:
    """Hand Ctrl-C to `fail` at once, while Qt's loop runs.

    Python runs a signal's handler only when it runs anything. So the signal also writes a byte to a socket, whose
    notifier wakes the loop and calls into Python.
    """

    def on_interrupt(*_: object) -> None:
        fail(KeyboardInterrupt())

    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        notifier = QSocketNotifier(sip.voidptr(ours.fileno()), QSocketNotifier.Type.Read)
        notifier.activated.connect(lambda: ours.recv(64))
        handler = signal.signal(signal.SIGINT, on_interrupt)
        wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(wakeup)
            signal.signal(signal.SIGINT, handler)
            notifier.setEnabled(False)


@contextmanager
def errors_to(fail: Fail) -> Iterator[None]:
    """Hand errors in Qt's callbacks to `fail`. PyQt would abort the process."""

    def on_error(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        fail(error)

    hook, sys.excepthook = sys.excepthook, on_error
    try:
        yield
    finally:
        sys.excepthook = hook
