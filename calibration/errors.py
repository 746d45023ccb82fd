"""Errors of calibration; each message is one line."""

from common.errors import UserError


class ProfileError(UserError):
    """A user profile is missing or damaged, or belongs to another model."""


class TakeError(UserError):
    """A take is missing or damaged, or a gesture cannot be learnt from it."""


class QuantizationError(UserError):
    """No INT8 or FP16 form can be made from a model and recordings."""
