"""Folded texts: equal for one text in other case, or with accents as separate characters (macOS)."""

import unicodedata


def folded(text: str) -> str:
    """A text in the form for comparison: in lower case, with composed accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
