"""Stopping by signals: the first Ctrl-C or SIGTERM ends a run after its current update, a second Ctrl-C immediately."""

import signal
import sys
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(Exception):  # noqa: N818  (it is no error)
    """The run was stopped by a signal, and has saved."""


class Stop:
    """A context manager that catches the signals; `requested` is True after the first."""

    def __init__(self) -> None:
        self.requested = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Stop":
        self._before = {number: signal.signal(number, self._take) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.requested = True
        print("\ntrain: stopping after this update; Ctrl-C again stops immediately without saving", file=sys.stderr)
