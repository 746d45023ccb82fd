"""What every camera does, whether it is a device, a stream or a file."""

from collections.abc import Callable
from typing import Protocol

from models.frame import Frame

OnStatus = Callable[[str], None]
"""Takes one line about a camera for people to read. It may be called from the camera's own thread."""


class Camera(Protocol):
    """Frames, one after the other. Times and numbers only ever grow."""

    @property
    def name(self) -> str:
        """What people call it, such as `camera 0` or `clip.mp4`."""
        ...

    @property
    def live(self) -> bool:
        """Whether the pictures are of this very moment; those of a file are not, however it is paced."""
        ...

    @property
    def ended(self) -> bool:
        """Whether nothing will come any more."""
        ...

    @property
    def dropped(self) -> int:
        """Frames that a newer one replaced before they were asked for."""
        ...

    def next(self, timeout_s: float) -> Frame | None:
        """Return the next frame, always a newer one than before.

        Args:
            timeout_s: how long to wait for one; a file that is not paced has it at once.

        Returns:
            None when no frame came in time, or when the camera has ended.

        Raises:
            CameraError: the camera cannot deliver any more, and says why.
        """
        ...

    def pause(self, paused: bool) -> None:
        """Hold a file where it is, or let it go on; nothing counts as dropped meanwhile."""
        ...

    def close(self) -> None:
        """Let go of the device or the file. A camera may be closed twice."""
        ...
