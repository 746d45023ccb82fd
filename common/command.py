"""The wrapper of a command's `main`: user errors are one line on stderr, not a traceback."""

import functools
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from common.errors import UserError
from common.whole_file import FULL

Main = Callable[[list[str] | None], int]
"""Takes the arguments, or None for the process's own; returns the exit status."""
PACKAGES = {"onnx": "`pip install -r requirements-quantize.txt`"}
"""Optional packages of some commands, and how to install them."""


def command(name: str) -> Callable[[Main], Callable[..., int]]:
    """Wrap a `main`: a user error is printed as one line after this name (status 2); Ctrl-C ends it (status 130)."""

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
    """Flush standard output: if Python does it at exit, a full disk gives status 120 and two more lines.

    A pipe that its reader closed early, such as `head`, is not an error. A character that the encoding of the output
    lacks, as in a name of another script, is written as its number, as on standard error.

    Raises:
        UserError: it cannot be written.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
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
    """Discard the rest of Python's buffer."""
    if sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
