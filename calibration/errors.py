"""The errors of this room; each message is one line."""

from models.errors import UserError


class ProfileError(UserError):
    """A user profile is missing, damaged, or made for another model."""


class TakeError(UserError):
    """A recording of a person is missing, damaged, or says nothing about what it is of."""
