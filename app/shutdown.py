"""Shutdown: whether this process was requested to end, and how long waits may take from then on.

Ctrl-C and SIGTERM end the program within two seconds, also if a reader, a broker or a camera blocks.
"""

import logging
import os
import sys
import threading
import time
from typing import NoReturn

shutdown_requested = threading.Event()
"""Set by Ctrl-C, SIGTERM, and SIGHUP, which is sent when a terminal is closed."""
SHUTDOWN_TIMEOUT_S = 0.5
"""How long each wait may take once a shutdown is requested."""
POLL_INTERVAL_S = 0.02


def join(thread: threading.Thread, timeout_s: float, shutdown_timeout_s: float = SHUTDOWN_TIMEOUT_S) -> bool:
    """Wait for a thread to end; return whether it did.

    Args:
        thread: a daemon thread; one that does not end is abandoned.
        timeout_s: how long to wait.
        shutdown_timeout_s: how long to wait once a shutdown is requested.
    """
    until_s, shortened = time.monotonic() + timeout_s, False
    while thread.is_alive() and (now_s := time.monotonic()) < until_s:
        if shutdown_requested.is_set() and not shortened:
            until_s, shortened = min(until_s, now_s + shutdown_timeout_s), True
        thread.join(POLL_INTERVAL_S)
    return not thread.is_alive()


def leave(status: int) -> NoReturn:
    """End the process with this exit status; all outputs and cameras must be closed.

    An abandoned thread is inside a library, such as FFmpeg or a camera's driver. Returning from it while Python shuts
    down would crash the process; with such a thread, the process ends without shutting Python down.
    """
    logging.shutdown()
    if any(thread.daemon for thread in threading.enumerate()):
        os._exit(status)
    sys.exit(status)
