"""The errors of this room; each message is one line."""

from common.errors import UserError


class ProfileError(UserError):
    """A user profile is missing, damaged, or made for another model."""


class TakeError(UserError):
    """A recording of a person is missing, damaged, or says nothing about what it is of."""


class QuantizationError(UserError):
    """A model or its recordings cannot be used to make an INT8 or FP16 form."""
