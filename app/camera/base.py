"""The interface of every camera: a device, a stream or a file."""

from collections.abc import Callable
from typing import Protocol

from models.frame import Frame

OnStatus = Callable[[str], None]
"""Receives one line about a camera, for the user. It may be called from the camera's thread."""


class Camera(Protocol):
    """A sequence of frames. Times and numbers increase strictly."""

    @property
    def name(self) -> str:
        """Name for messages, such as `camera 0` or `clip.mp4`."""
        ...

    @property
    def live(self) -> bool:
        """Whether the frames show the present; those of a file do not, even when it is read in real time."""
        ...

    @property
    def ended(self) -> bool:
        """Whether no further frame will come."""
        ...

    @property
    def dropped(self) -> int:
        """Number of frames that a newer one replaced before they were read."""
        ...

    def next(self, timeout_s: float) -> Frame | None:
        """Return the next frame, always a newer one than before.

        Args:
            timeout_s: how long to wait for one; a file that is not read in real time returns it immediately.

        Returns:
            None when no frame came in time, or when the camera has ended.

        Raises:
            CameraError: the camera cannot deliver any more; the message states why.
        """
        ...

    def pause(self, paused: bool) -> None:
        """Hold a file at its position, or continue; no frame counts as dropped in a pause."""
        ...

    def close(self) -> None:
        """Release the device or the file. A camera may be closed twice."""
        ...
