"""WrappedCamera: the base of cameras that only change the pictures of another one."""

from app.camera.base import Camera
from models.frame import Frame


class WrappedCamera:
    """Forwards every call to an inner camera.

    Args:
        camera: the inner camera; closed with this one.
    """

    def __init__(self, camera: Camera) -> None:
        self._camera = camera

    @property
    def name(self) -> str:
        return self._camera.name

    @property
    def live(self) -> bool:
        """Whether the inner camera is live."""
        return self._camera.live

    @property
    def ended(self) -> bool:
        """Whether the inner camera has ended."""
        return self._camera.ended

    @property
    def dropped(self) -> int:
        """Frames that the inner camera dropped."""
        return self._camera.dropped

    def next(self, timeout_s: float) -> Frame | None:
        """The inner camera's next frame."""
        return self._camera.next(timeout_s)

    def pause(self, paused: bool) -> None:
        self._camera.pause(paused)

    def close(self) -> None:
        self._camera.close()
