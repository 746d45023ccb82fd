"""The door to OpenCV: what is used of its captures, its pictures as RGB, and its silence."""

import os
import sys
from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from models.errors import CameraError
from models.frame import Image


class Capture(Protocol):
    """What is used of `cv2.VideoCapture`."""

    def grab(self) -> bool:
        """Take the next frame, undecoded; waits for a camera's."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the frame that was grabbed."""
        ...

    def get(self, prop: int, /) -> float:
        """Read a `cv2.CAP_PROP_*`."""
        ...

    def set(self, prop: int, value: float, /) -> bool:
        """Write a `cv2.CAP_PROP_*`."""
        ...

    def release(self) -> None:
        """Close what was opened."""
        ...


def quiet_opencv() -> None:
    """Keep OpenCV and its FFmpeg from writing to stderr, unless their own variables ask them to."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET; read when the first video is opened
    if "OPENCV_LOG_LEVEL" not in os.environ:
        # OpenCV 4 has the function at the top, 5 in a module of its own.
        set_level = cv2.setLogLevel if hasattr(cv2, "setLogLevel") else cv2.utils.logging.setLogLevel
        set_level(0)


def keep_to_one_thread() -> None:
    """Keep OpenCV from sharing out each picture: at a camera's size, waking its threads costs more than they save."""
    cv2.setNumThreads(1)


def device_backends() -> Sequence[int]:
    """OpenCV's ways to a camera on this system, the best first."""
    if sys.platform == "win32":
        return (cv2.CAP_DSHOW, cv2.CAP_MSMF)
    return (cv2.CAP_AVFOUNDATION,) if sys.platform == "darwin" else (cv2.CAP_V4L2,)


def retrieve_rgb(capture: Capture) -> Image | None:
    """Decode the frame that was grabbed; None when it is damaged."""
    try:
        decoded, picture = capture.retrieve()
    except cv2.error:
        return None
    return to_rgb(picture) if decoded and picture is not None and picture.size else None


def to_rgb(picture: Any) -> Image:
    """Turn what OpenCV decoded into a frame's picture.

    Args:
        picture: uint8 or uint16, [H, W] or [H, W, 1] grey, [H, W, 3] BGR, [H, W, 4] BGRA.

    Returns:
        uint8 [H, W, 3] RGB, an array of its own.
    """
    channels = 1 if picture.ndim == 2 else picture.shape[-1]
    how = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGB}.get(channels)
    if how is None or picture.dtype not in (np.uint8, np.uint16):
        raise CameraError(
            f"pictures came as {picture.dtype} {list(picture.shape)}; 8 or 16 bit with 1, 3 or 4 channels can be used. "
            "Set the camera to another format."
        )
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    return np.asarray(cv2.cvtColor(picture, how), dtype=np.uint8)
