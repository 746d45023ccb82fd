"""Watchdog: a second process that releases pressed keys if the app dies.

An X server, Windows and macOS keep a key down when the program that pressed it is killed. The watchdog reads from a
pipe which keys are down. When the app ends in any way, the pipe ends, and the watchdog releases them. uinput does not
need it: the kernel releases the keys of a removed device. The process is `watchdog_process.py`.
"""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLOSE_TIMEOUT_S = 5.0


class Watchdog:
    """An `InputObserver` that reports pressed keys to the watchdog process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"{__package__}.watchdog_process"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that Ctrl-C and the end of the terminal do not reach it
        )

    def pressing(self, stroke: str) -> None:
        """A key is about to be pressed."""
        self._report("+", stroke)

    def released(self, stroke: str) -> None:
        self._report("-", stroke)

    def moving(self) -> None:
        """Does nothing: there is no key to release."""

    def scrolling(self, notches: int) -> None:
        """Does nothing: there is no key to release."""

    def close(self) -> None:
        """Let the process release the pressed keys, and end it."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(CLOSE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _report(self, sign: str, stroke: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{sign}{stroke}\n".encode())
        self._process.stdin.flush()
