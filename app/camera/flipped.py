"""FlippedCamera: corrects a camera that delivers mirrored pictures."""

import dataclasses

import cv2
import numpy as np

from app.camera.wrapped import WrappedCamera
from models.frame import Frame


class FlippedCamera(WrappedCamera):
    """Mirrors the pictures of another camera left to right, before the network and the window."""

    def next(self, timeout_s: float) -> Frame | None:
        """The inner camera's next frame, flipped."""
        frame = super().next(timeout_s)
        return frame and dataclasses.replace(frame, image=np.asarray(cv2.flip(frame.image, 1), dtype=np.uint8))
