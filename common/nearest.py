"""The known word nearest to an unknown one, for error messages."""

from collections.abc import Sequence
from difflib import get_close_matches

from common.folded import folded


def nearest(word: str, known: Sequence[str]) -> str:
    """`; did you mean X?`, or `; known are ...` if no known word is similar."""
    return similar(word, known) or f"; known are {', '.join(known)}"


def similar(word: str, known: Sequence[str]) -> str:
    """`; did you mean X?`, or nothing if no known word is similar."""
    near = nearest_of(word, known)
    return f"; did you mean {near!r}?" if near else ""


def nearest_of(word: str, known: Sequence[str], least: float = 0.5) -> str | None:
    """The known word that is most similar, whatever its case; None if none has this similarity, 0..1, of `difflib`."""
    names = {folded(name): name for name in known}
    matches = get_close_matches(folded(word), names, n=1, cutoff=least)
    return names[matches[0]] if matches else None
