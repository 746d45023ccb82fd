"""The known word nearest to an unknown one, for error messages."""

from collections.abc import Sequence
from difflib import get_close_matches


def nearest(word: str, known: Sequence[str]) -> str:
    """`; did you mean X?`, or `; known are ...` if no known word is similar."""
    return similar(word, known) or f"; known are {', '.join(known)}"


def similar(word: str, known: Sequence[str]) -> str:
    """`; did you mean X?`, or nothing if no known word is similar."""
    folded = {name.casefold(): name for name in known}
    matches = get_close_matches(word.casefold(), folded, n=1, cutoff=0.5)
    return f"; did you mean {folded[matches[0]]!r}?" if matches else ""
