"""Token: the secret by which a program or a browser gets access."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError

MIN_LENGTH = 16
"""Minimum length in characters."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token."""

    word: str
    generated: bool
    """Whether it was generated for this run, so that it must be shown to the user."""

    @classmethod
    def new(cls) -> "Token":
        """A random token, for this run only."""
        return cls(secrets.token_urlsafe(18), generated=True)

    @classmethod
    def read(cls, path: Path) -> "Token":
        """Read a token from the first line of a file.

        Raises:
            UserError: it cannot be read, or is not at least `MIN_LENGTH` printable ASCII characters.
        """
        try:
            word = path.read_text(encoding="utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot read the token in {path} ({error}); write one line of text there") from error
        if len(word) < MIN_LENGTH or not word.isascii() or not word.isprintable() or " " in word:
            raise UserError(
                f"the token in {path} must have {MIN_LENGTH} or more ASCII characters, without spaces; "
                'make one with: python -c "import secrets; print(secrets.token_urlsafe())"'
            )
        return cls(word, generated=False)

    def matches(self, given: str) -> bool:
        """Compare in constant time."""
        return secrets.compare_digest(self.word.encode(), given.encode("utf-8", "surrogateescape"))
