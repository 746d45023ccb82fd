"""Watchdog: a process beside the app that lets go of every key if the app dies with some held.

An X server, Windows and macOS keep a key down when the program that pressed it is killed. So a process of its own reads
which keys are down; when the app is gone, however it went, the pipe between them ends, and what is down is released.
The kernel does this by itself for uinput.
"""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 5.0


class Watchdog:
    """A witness that tells the process what is held."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C and the end of the terminal are not for it
        )

    def pressing(self, stroke: str) -> None:
        """A key is about to go down."""
        self._tell("+", stroke)

    def released(self, stroke: str) -> None:
        """A key went up."""
        self._tell("-", stroke)

    def moving(self) -> None:
        """Nothing that could be left behind."""

    def scrolling(self, notches: int) -> None:
        """Nothing that could be left behind."""

    def close(self) -> None:
        """Let it release what is down, and end."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, sign: str, stroke: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{sign}{stroke}\n".encode())
        self._process.stdin.flush()


def watch(pipe: BinaryIO) -> list[str]:
    """Read until the pipe ends; the keys that are down then, in the order of pressing."""
    down: list[str] = []
    for line in pipe:
        sign, key = line[:1], line[1:].decode().rstrip("\n")
        if sign == b"+":
            down.append(key)
        elif key in down:
            down.remove(key)
    return down


def main() -> None:
    """Watch standard input, then release what is left."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    down = watch(sys.stdin.buffer)
    if not down:
        return
    from app.control.pynput_hands import PynputHands

    hands = PynputHands()
    for key in reversed(down):
        hands.release(key)
    hands.close()


if __name__ == "__main__":
    main()
