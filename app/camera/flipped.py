"""A camera whose driver mirrors its pictures, put right."""

import dataclasses

import cv2
import numpy as np

from app.camera.base import Camera
from models.frame import Frame


class FlippedCamera:
    """A camera seen the other way round: left and right change places before anybody sees the picture."""

    def __init__(self, camera: Camera) -> None:
        self._camera = camera

    @property
    def name(self) -> str:
        """The inner camera's name."""
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
        """The inner camera's next frame, flipped."""
        frame = self._camera.next(timeout_s)
        return frame and dataclasses.replace(frame, image=np.asarray(cv2.flip(frame.image, 1), dtype=np.uint8))

    def pause(self, paused: bool) -> None:
        """Pause the inner camera."""
        self._camera.pause(paused)

    def close(self) -> None:
        """Close the inner camera."""
        self._camera.close()
