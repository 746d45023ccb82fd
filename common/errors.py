"""The error a user can do something about, and one line of other errors."""


class UserError(Exception):
    """Something was given that cannot be used. A command prints the message and exits with 2.

    The message is one line that says what came, what was expected and what to do.
    """


def first_line(error: BaseException) -> str:
    """What a foreign error says, cut to a line that fits into one of ours."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def one_line(error: BaseException) -> str:
    """All that a foreign error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
