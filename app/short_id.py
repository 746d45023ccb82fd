"""Short ids: names for machines that differ when the texts differ, whatever their script and length."""

import hashlib
import re
import unicodedata

LONGEST = 60


def short_id(text: str, kept: bool) -> str:
    """Letters, digits and underscores of ASCII, and, unless `kept`, a digest that tells apart what they do not."""
    text = unicodedata.normalize("NFC", text)
    letters = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
    if kept and len(letters) <= LONGEST:
        return letters
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return f"{letters[:LONGEST]}_{digest}".strip("_")
