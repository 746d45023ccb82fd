"""Ending: whether this process was told to end, and how long anything may still take from then on.

Ctrl-C and SIGTERM end the program within two seconds, whatever a reader, a broker or a camera does.
"""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

told_to_end = threading.Event()
"""Set by Ctrl-C, SIGTERM, and SIGHUP, which comes when a terminal is closed."""
HURRIED_S = 0.5
"""How long each part of the end may take once the process was told to end."""
LOOK_EVERY_S = 0.02


def ending_signals() -> list[int]:
    """The signals that end this process in good order; after `nohup`, not the end of its terminal."""
    hang_up = getattr(signal, "SIGHUP", None)
    ignored = hang_up is None or signal.getsignal(hang_up) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignored or hang_up is None else [hang_up])]


def join(thread: threading.Thread, patience_s: float, hurried_s: float = HURRIED_S) -> bool:
    """Wait for a thread to end; whether it did.

    Args:
        thread: it must be a daemon: one that does not end is left behind.
        patience_s: how long to wait.
        hurried_s: how long to wait where the process was told to end, from when that is seen.
    """
    until_s, hurried = time.monotonic() + patience_s, False
    while thread.is_alive() and (now_s := time.monotonic()) < until_s:
        if told_to_end.is_set() and not hurried:
            until_s, hurried = min(until_s, now_s + hurried_s), True
        thread.join(LOOK_EVERY_S)
    return not thread.is_alive()


def leave(status: int) -> NoReturn:
    """End the process, once all that it opened is closed, with this exit status.

    A thread that had to be left behind is inside a library, such as FFmpeg or a camera's driver. Coming out of it while
    Python shuts down would crash the process, so Python is not shut down then.
    """
    logging.shutdown()
    if any(thread.daemon for thread in threading.enumerate()):
        os._exit(status)
    sys.exit(status)


@contextmanager
def signals_noted() -> Iterator[list[int]]:
    """While this lasts, Ctrl-C and SIGTERM set `told_to_end` and do nothing else; yields those that came."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        came.append(number)
        told_to_end.set()

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = {number: signal.signal(number, note) for number in ending_signals()}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
