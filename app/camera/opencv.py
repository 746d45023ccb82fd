"""OpenCV: the interface of its captures, conversion to RGB, and its log level and threads."""

import os
import sys
from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from models.errors import CameraError
from models.frame import Image


class Capture(Protocol):
    """The methods used of `cv2.VideoCapture`."""

    def grab(self) -> bool:
        """Take the next frame without decoding it; waits for a camera."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """Decode the grabbed frame; whether that worked, and the picture."""
        ...

    def get(self, prop: int, /) -> float:
        """Read a `cv2.CAP_PROP_*`."""
        ...

    def set(self, prop: int, value: float, /) -> bool:
        """Write a `cv2.CAP_PROP_*`."""
        ...

    def release(self) -> None:
        """Close the source."""
        ...


def quiet_opencv() -> None:
    """Keep OpenCV and its FFmpeg from writing to stderr, unless their environment variables are set."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET; read when the first video is opened
    if "OPENCV_LOG_LEVEL" not in os.environ:
        # OpenCV 4 has the function in cv2, OpenCV 5 in cv2.utils.logging.
        set_level = cv2.setLogLevel if hasattr(cv2, "setLogLevel") else cv2.utils.logging.setLogLevel
        set_level(0)


def keep_to_one_thread() -> None:
    """Run OpenCV on one thread: at the size of camera pictures, waking its threads costs more than they save."""
    cv2.setNumThreads(1)


def device_backends() -> Sequence[int]:
    """OpenCV's camera back ends for this system, the best first."""
    if sys.platform == "win32":
        return (cv2.CAP_DSHOW, cv2.CAP_MSMF)
    return (cv2.CAP_AVFOUNDATION,) if sys.platform == "darwin" else (cv2.CAP_V4L2,)


def retrieve_rgb(capture: Capture) -> Image | None:
    """Decode the grabbed frame, uint8 [H, W, 3] RGB; None if it is damaged."""
    try:
        decoded, picture = capture.retrieve()
    except cv2.error:
        return None
    return to_rgb(picture) if decoded and picture is not None and picture.size else None


def to_rgb(picture: Any) -> Image:
    """Convert a picture decoded by OpenCV to that of a frame.

    Args:
        picture: uint8 or uint16, [H, W] or [H, W, 1] grey, [H, W, 3] BGR, [H, W, 4] BGRA.

    Returns:
        uint8 [H, W, 3] RGB, a new array.

    Raises:
        CameraError: another type or number of channels.
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
