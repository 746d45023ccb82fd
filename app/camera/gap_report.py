"""GapReport: one status message when a camera's pictures stop, whichever of its readers notices first."""

from threading import Lock

from app.camera.base import OnStatus


class GapReport:
    """Reports the beginning of each gap once, and its end. Thread-safe.

    A disconnected network camera is noticed by its feed, which cannot read it any more, and by the reader of the feed,
    who gets no frames.

    Args:
        on_status: receives the messages.
    """

    def __init__(self, on_status: OnStatus) -> None:
        self._on_status, self._began, self._lock = on_status, False, Lock()

    def begin(self, text: str) -> None:
        """Report that no pictures come, unless that is reported already."""
        with self._lock:
            first, self._began = not self._began, True
        if first:
            self._on_status(text)

    def end(self, text: str = "") -> None:
        """Report that the camera is back; an empty text clears the last message."""
        with self._lock:
            self._began = False
        self._on_status(text)
