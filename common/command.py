"""How every command begins and ends that makes files: no user ever sees a traceback for what a user can mend."""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.errors import UserError
from common.whole_file import FULL

Main = Callable[[list[str] | None], int]
"""Takes the arguments, or None for the process's own; returns the exit status."""
PACKAGES = {"onnx": "`pip install -r requirements-quantize.txt`"}
"""What some commands import only when they run, and how it is installed."""


def command(name: str) -> Callable[[Main], Callable[..., int]]:
    """Make a `main` say in one line, under this name, what was unusable (2), and stop quietly on Ctrl-C (130)."""

    def decorate(main: Main) -> Callable[..., int]:
        @functools.wraps(main)
        def run(arguments: list[str] | None = None) -> int:
            try:
                with output_flushed():
                    return main(arguments)
            except (UserError, OSError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 2
            except ModuleNotFoundError as error:
                if error.name not in PACKAGES:
                    raise
                print(f"{name}: {error.name} is not installed; {PACKAGES[error.name]}", file=sys.stderr)
                return 2
            except KeyboardInterrupt:
                return 130
            return 0

        return run

    return decorate


@contextmanager
def output_flushed() -> Iterator[None]:
    """Flush standard output at the end: when Python does it at exit, a full disk gives status 120 and two more lines.

    A reader such as `head` may close the pipe early; that is no error.

    Raises:
        UserError: it cannot be written.
    """
    try:
        try:
            yield
        finally:
            _flush()
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        _discard_output()
        raise UserError(
            f"cannot write to standard output ({error.strerror}); make room, or send it elsewhere"
        ) from error


def _flush() -> None:
    if sys.stdout:
        sys.stdout.flush()


def _discard_output() -> None:
    """Let what is left in Python's buffer go nowhere."""
    if sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
