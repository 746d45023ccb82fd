"""Checks the names of gestures to record: a misspelt label would make a new gesture."""

import re
from collections.abc import Sequence

from calibration.errors import TakeError
from calibration.person_files import normalized_name
from common.nearest import nearest_of

MIN_SIMILARITY = 0.8
"""Similarity from which a name may be another one misspelt, 0..1: `Swipe Left` and `Swiping Left` have 0.82."""


def check_spelling(gestures: Sequence[str], known: Sequence[str]) -> None:
    """Check that no gesture has nearly the name of a known one; names with different numbers are different.

    Args:
        gestures: the names to record.
        known: the labels of the model, and the gestures recorded so far.

    Raises:
        TakeError: a name is unknown and close to a known one.
    """
    for name in map(normalized_name, gestures):
        near = None if name in known else nearest_of(name, known, MIN_SIMILARITY)
        if near and _numbers(name) == _numbers(near):
            raise TakeError(
                f"there is no gesture {name!r} yet; did you mean {near!r}? To record a new gesture of this name, add "
                "--new-gesture"
            )


def _numbers(name: str) -> list[str]:
    return re.findall(r"\d+", name)
