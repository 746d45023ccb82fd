"""The error of this package; each message is one line."""

from common.errors import UserError


class DataError(UserError):
    """Data of training or evaluation is missing, or differs from its list."""
