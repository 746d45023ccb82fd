"""Stopping by signals: the first Ctrl-C or SIGTERM ends a run after its current update, a second Ctrl-C immediately.

Where nothing needs to be saved, the first one ends it immediately.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """The run was stopped by a signal, and has saved. No error: as KeyboardInterrupt, it may be raised anywhere."""


class Stop:
    """A context manager that catches the signals; `requested` is True after the first."""

    def __init__(self) -> None:
        self.requested = False
        self._at_once = ""
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Stop":
        self._before = {number: signal.signal(number, self._take) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def at_once(self, what: str) -> Iterator[None]:
        """Let the first signal raise Stopped immediately during this work, which the same command can repeat.

        Args:
            what: the work, for the message.

        Raises:
            Stopped: there was a signal, also before.
        """
        self._at_once = what
        try:
            if self.requested:
                raise Stopped
            yield
        finally:
            self._at_once = ""

    def _take(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.requested = True
        if self._at_once:
            print(f"\ntrain: stopped while it {self._at_once}; the same command repeats that", file=sys.stderr)
            raise Stopped
        print("\ntrain: stopping after this update; Ctrl-C again stops immediately without saving", file=sys.stderr)
