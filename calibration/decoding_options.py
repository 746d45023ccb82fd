"""Command-line options that change a model's decoding: `--enter`, `--exit`, `--hold`, `--rest`, ..."""

import argparse
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from functools import partial

from common.arguments import number, positive_float, probability
from models.decoding_change import DecodingChange, RuleChange

RULE = {"enter": "enter", "exit": "exit", "hold": "hold_s", "rest": "rest_s"}
"""Options that may be given per gesture, and the field of `Rule` that each one sets."""

ForOne = tuple[str | None, float]
"""A label, or None for all labels, and a value."""


def add_decoding_options(parser: argparse._ActionsContainer) -> None:
    """Add the options; `decoding_change` reads their values."""
    probabilities = partial(_add_for_one, parser, of=probability, what_it_is="a probability such as 0.5", letter="P")
    seconds = partial(_add_for_one, parser, of=number(float, 0), what_it_is="seconds such as 0.5", letter="S")
    probabilities("--enter", what="probability from which a gesture may fire, above 0 and up to 1")
    probabilities("--exit", what="probability below which it may fire again")
    seconds("--hold", what="seconds that it must stay above --enter before it fires")
    seconds("--rest", what="seconds after an event in which nothing fires")
    parser.add_argument(
        "--smooth",
        type=number(float, 0),
        metavar="S",
        help="time constant of the average over probabilities, in seconds; 0 turns it off",
    )
    parser.add_argument(
        "--temperature",
        type=positive_float,
        metavar="T",
        help="divides the logits; higher values lower the confidence",
    )


def decoding_change(options: argparse.Namespace) -> DecodingChange:
    """The change that the options ask for. The last value counts if an option is repeated for one gesture."""
    changes: dict[str | None, dict[str, float]] = defaultdict(dict)
    for option, name in RULE.items():
        for gesture, value in getattr(options, option):
            changes[gesture][name] = value
    every = RuleChange(**changes.pop(None, {}))
    per_label = {gesture: RuleChange(**values) for gesture, values in changes.items() if gesture is not None}
    return DecodingChange(every, per_label, options.smooth, options.temperature)


def _add_for_one(
    parser: argparse._ActionsContainer,
    option: str,
    of: Callable[[str], float],
    what_it_is: str,
    letter: str,
    what: str,
) -> None:
    parser.add_argument(
        option,
        type=_for_one(of, f"{what_it_is}, or GESTURE={letter} for one gesture"),
        action="append",
        default=[],
        metavar=f"[GESTURE=]{letter}",
        help=f"{what}; with GESTURE= for that gesture only (may be repeated)",
    )


def _for_one(of: Callable[[str], float], expected: str) -> Callable[[str], ForOne]:
    """An argparse type for `VALUE` or `GESTURE=VALUE`; its errors have what is `expected`."""

    def read(text: str) -> ForOne:
        gesture, equals, value = text.rpartition("=")
        if equals and not gesture.strip():
            raise argparse.ArgumentTypeError(f"no gesture before the equals sign of {text!r}; name one, or leave = out")
        try:
            return unicodedata.normalize("NFC", gesture.strip()) or None, of(value)
        except ValueError:
            raise argparse.ArgumentTypeError(f"expected {expected}; got {text!r}") from None

    return read
