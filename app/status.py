"""StatusRelay: passes a camera's status messages to the log or to the window."""

from app.camera.base import OnStatus
from common.log import log


class StatusRelay:
    """An `OnStatus` whose receiver can change while the camera is open.

    Args:
        prefix: precedes each message in the log.
    """

    def __init__(self, prefix: str = "") -> None:
        self.listener: OnStatus = lambda text: log.info("%s%s", prefix, text) if text else None

    def __call__(self, text: str) -> None:
        """Pass on one message; an empty one clears the last."""
        self.listener(text)
