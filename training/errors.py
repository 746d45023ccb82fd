"""The error of this room; each message is one line."""

from common.errors import UserError


class DataError(UserError):
    """Data that training or evaluation reads is missing, or is not what its list says."""
