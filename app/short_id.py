"""Short ids: ASCII names that differ when the texts differ, for texts of any script and length."""

import hashlib
import re
import unicodedata

LONGEST = 60


def short_id(text: str, kept: bool) -> str:
    """An id of ASCII letters, digits and underscores.

    Args:
        text: the text.
        kept: no digest if the letters fit; set it only if they alone identify the text.
    """
    text = unicodedata.normalize("NFC", text)
    letters = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
    if kept and len(letters) <= LONGEST:
        return letters
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{letters[:LONGEST]}_{digest}".strip("_")
