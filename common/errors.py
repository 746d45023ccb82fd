"""The base class of errors that a user can correct, and one-line texts of other errors."""


class UserError(Exception):
    """An error that the user can correct. A command prints the message and exits with 2.

    The message is one line: what was given, what was expected and what to do.
    """


def first_line(error: BaseException) -> str:
    """The first line of another library's error, shortened to fit into a message."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def one_line(error: BaseException) -> str:
    """The text of another library's error on one line."""
    return " ".join(str(error).split()) or type(error).__name__
