"""A camera whose driver mirrors its pictures, put right."""

import dataclasses

import cv2
import numpy as np

from app.camera.wrapped import WrappedCamera
from models.frame import Frame


class FlippedCamera(WrappedCamera):
    """A camera seen the other way round: left and right change places before anybody sees the picture."""

    def next(self, timeout_s: float) -> Frame | None:
        """The inner camera's next frame, flipped."""
        frame = super().next(timeout_s)
        return frame and dataclasses.replace(frame, image=np.asarray(cv2.flip(frame.image, 1), dtype=np.uint8))
