"""How every command begins and ends that makes files: no user ever sees a traceback for what a user can mend."""

import argparse
import functools
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from models.errors import UserError
from models.whole_file import FULL

Main = Callable[[list[str] | None], int]
"""Takes the arguments, or None for the process's own; returns the exit status."""
PACKAGES = {"onnx": "requirements-quantize.txt"}
"""What some commands import only when they run, and where it is listed."""


def command(name: str) -> Callable[[Main], Callable[..., int]]:
    """Make a `main` say in one line, under this name, what was unusable (2), and stop quietly on Ctrl-C (130)."""

    def decorate(main: Main) -> Callable[..., int]:
        @functools.wraps(main)
        def told(arguments: list[str] | None = None) -> int:
            try:
                with output_flushed():
                    return main(arguments)
            except (UserError, OSError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 2
            except ModuleNotFoundError as error:
                if error.name not in PACKAGES:
                    raise
                print(
                    f"{name}: {error.name} is not installed; `pip install -r {PACKAGES[error.name]}`", file=sys.stderr
                )
                return 2
            except KeyboardInterrupt:
                return 130
            return 0

        return told

    return decorate


@contextmanager
def output_flushed() -> Iterator[None]:
    """Flush standard output at the end: when Python does it at exit, a full disk gives status 120 and two more lines.

    Whoever read it (`| head`) may have had enough; then this ends as if all was done.

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


Number = TypeVar("Number", int, float)


def number(kind: Callable[[str], Number], least: Number) -> Callable[[str], Number]:
    """An argparse type: a finite number of this kind, of this much or more."""

    def read(text: str) -> Number:
        value = kind(text)
        if not least <= value < math.inf:
            raise argparse.ArgumentTypeError(f"expected a number from {least} on; got {text}")
        return value

    read.__name__ = "number"  # argparse tells what is none
    return read


positive, natural = number(int, 1), number(int, 0)


def share(text: str) -> float:
    """A share, for argparse: a number from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"a share is a number from 0 to 1; got {text}")
    return number


def probability(text: str) -> float:
    """A probability that something can reach, for argparse: a number above 0, up to 1."""
    number = float(text)
    if not 0 < number <= 1:
        raise argparse.ArgumentTypeError(f"expected a probability above 0, up to 1; got {text}")
    return number
