"""The watchdog's process, which reads from a pipe which keys are down."""

import signal
import sys
from typing import BinaryIO


def watch(pipe: BinaryIO) -> list[str]:
    """Read until the pipe ends; return the keys that are still down, in the order of pressing."""
    down: list[str] = []
    for line in pipe:
        sign, key = line[:1], line[1:].decode().rstrip("\n")
        if sign == b"+":
            down.append(key)
        elif key in down:
            down.remove(key)
    return down


def main() -> None:
    """Read standard input until it ends, then release the keys that are still down."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    down = watch(sys.stdin.buffer)
    if not down:
        return
    from app.control.pynput_backend import PynputBackend

    backend = PynputBackend()
    for key in reversed(down):
        backend.release(key)
    backend.close()


if __name__ == "__main__":
    main()
