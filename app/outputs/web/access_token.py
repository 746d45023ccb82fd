"""Token: the secret that lets a program or a browser in."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from common.errors import UserError

SHORTEST = 16
"""Characters; a token guards the picture of a room."""


@dataclass(frozen=True, slots=True)
class Token:
    """A secret word."""

    word: str
    made_up: bool
    """Whether it was made for this run, so that the user must be told it."""

    @classmethod
    def new(cls) -> "Token":
        """A random one, for this run only."""
        return cls(secrets.token_urlsafe(18), made_up=True)

    @classmethod
    def read(cls, path: Path) -> "Token":
        """The first line of a file.

        Raises:
            UserError: it cannot be read, or is too short to be a secret.
        """
        try:
            word = path.read_text(encoding="utf-8").partition("\n")[0].strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"cannot read the token in {path} ({error}); write one line of text there") from error
        if len(word) < SHORTEST or not word.isascii() or not word.isprintable() or " " in word:
            raise UserError(
                f"the token in {path} is no secret word of {SHORTEST} or more ASCII characters; "
                'make one with: python -c "import secrets; print(secrets.token_urlsafe())"'
            )
        return cls(word, made_up=False)

    def fits(self, given: str) -> bool:
        """Whether this is the word; takes as long for a nearly right one as for a wrong one."""
        return secrets.compare_digest(self.word.encode(), given.encode("utf-8", "surrogateescape"))
