"""A parser of command lines, and types of numbers for argparse."""

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from common.errors import UserError
from common.hidden_password import without_password
from common.nearest import similar


class _Parser(argparse.ArgumentParser):
    """A parser that suggests an option for a misspelt one."""

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override]
        """Parse the command line; an unknown argument is an error."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(f"unknown arguments: {' '.join(unknown)}{self.suggestion(unknown)}")
        return options

    def suggestion(self, unknown: Sequence[str]) -> str:
        """What may have been meant by unknown arguments; empty if that is unclear."""
        names = [word.split("=")[0] for word in unknown if word.startswith("--")]
        return similar(names[0], list(self._option_string_actions)) if names else ""


class Parser(_Parser):
    """A parser whose errors are one line; one about a missing argument has the usage."""

    def error(self, message: str) -> NoReturn:
        """Print the error and exit with status 2."""
        if "arguments are required" in message:
            message = f"{message} ({' '.join(self.format_usage().split())})"
        self.exit(2, f"mstnet: {without_password(message)}; --help lists the options\n")


class _DefaultsFormatter(argparse.RawDescriptionHelpFormatter):
    """Adds the default of an option to its help, unless the help describes it."""

    def _get_help_string(self, action: argparse.Action) -> str:
        text = action.help or ""
        shown = type(action.default) in (str, int, float) or isinstance(action.default, Path)
        if not shown or action.default in ("", argparse.SUPPRESS) or "default: " in text:
            return text
        return f"{text} (default: %(default)s)"


class CommandParser(_Parser):
    """A parser for a `main` under `common.command.command`, which prints its errors as one line and returns 2.

    The help of an option ends with its default.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_DefaultsFormatter, **options)

    def error(self, message: str) -> NoReturn:
        """Raise UserError with the message."""
        raise UserError(f"{without_password(message)}; --help lists the options")


Number = TypeVar("Number", int, float)


class OldSpelling(argparse.Action):
    """The old spelling of an option, which sets the new one and prints its name to stderr; not in the help.

    A flag has `nargs=0`, any other option the `type` of the new one.
    """

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, default=argparse.SUPPRESS, help=argparse.SUPPRESS, **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,  # noqa: ARG002 - argparse's interface
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, True if self.nargs == 0 else values)
        print(f"mstnet: {option_string} is now --{self.dest.replace('_', '-')}; use that", file=sys.stderr)


def number(kind: Callable[[str], Number], least: Number) -> Callable[[str], Number]:
    """An argparse type: a finite number of this kind, at least `least`."""

    def read(text: str) -> Number:
        value = kind(text)
        if not least <= value < math.inf:
            raise argparse.ArgumentTypeError(f"expected a number from {least} on; got {text}")
        return value

    read.__name__ = "number"  # argparse puts this name into its message
    return read


positive, natural = number(int, 1), number(int, 0)


def _real(name: str, fits: Callable[[float], bool], wanted: str) -> Callable[[str], float]:
    """An argparse type: a number that fits."""

    def read(text: str) -> float:
        value = float(text)
        if not fits(value):
            raise argparse.ArgumentTypeError(f"expected a {name} {wanted}; got {text}")
        return value

    read.__name__ = name
    return read


positive_float = _real("number", lambda value: 0 < value < math.inf, "above 0")
share = _real("share", lambda value: 0 <= value <= 1, "from 0 to 1")
probability = _real("probability", lambda value: 0 < value <= 1, "above 0, up to 1")
