"""Hides the passwords of URLs in texts that are printed."""

import re

_CREDENTIALS = re.compile(r"(?<=/)[^/@\s]*:[^\s]*@|\b[^\s/@:'\"]+:[^\s/:][^\s]*@(?=[\w.\[])")


def without_password(text: str) -> str:
    """The text without what stands before an `@` in URLs, also where a password has signs in it that part a URL."""
    return _CREDENTIALS.sub("", text)
