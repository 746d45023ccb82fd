"""The cameras of this computer."""

import os
import re
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from app.camera.opencv import device_backends, quiet_opencv

PROBED_INDICES = 6
"""Number of indices to try on systems that give no list of cameras."""
VIDIOC_QUERYCAP = 0x80685600
"""Linux ioctl for a device's capabilities. It fills a struct v4l2_capability of 104 bytes and starts no streaming."""
CAPTURES_VIDEO = 0x1 | 0x1000
"""V4L2_CAP_VIDEO_CAPTURE and V4L2_CAP_VIDEO_CAPTURE_MPLANE."""


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """One camera that can be opened."""

    index: int
    """The number for `--camera`."""
    label: str
    """Name given by the manufacturer; empty if the system does not report one."""

    def __str__(self) -> str:
        return f"{self.index} ({self.label})" if self.label else str(self.index)


def list_devices() -> list[CameraDevice]:
    """The cameras of this computer, by number."""
    return linux_devices() if sys.platform == "linux" else _probed_devices()


def linux_devices(
    sysfs: Path = Path("/sys/class/video4linux"), captures: Callable[[str], bool] | None = None
) -> list[CameraDevice]:
    """The cameras that the kernel lists.

    Args:
        sysfs: where the kernel lists its video devices, in folders `video0`, `video1`, ...
        captures: returns whether a path such as `/dev/video0` captures video; `captures_video` by default.
    """
    captures = captures or captures_video
    found = {int(node.name[5:]): node for node in sysfs.glob("video*") if re.fullmatch(r"video\d+", node.name)}
    return [CameraDevice(i, _label(node)) for i, node in sorted(found.items()) if captures(f"/dev/video{i}")]


def _label(node: Path) -> str:
    try:
        return (node / "name").read_text(errors="replace").strip()
    except OSError:
        return ""


def captures_video(path: str) -> bool:
    """Whether the driver reports video capture; a webcam also has nodes with metadata only.

    True without permission to open the node, so that it is listed.
    """
    import fcntl  # Unix only

    try:
        node = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    except PermissionError:
        return True
    except OSError:
        return False
    try:
        capabilities = fcntl.ioctl(node, VIDIOC_QUERYCAP, bytes(104))
    except OSError:
        return False
    finally:
        os.close(node)
    (device_caps,) = struct.unpack_from("=I", capabilities, 88)
    return bool(device_caps & CAPTURES_VIDEO)


def _probed_devices() -> list[CameraDevice]:
    quiet_opencv()
    return [CameraDevice(index, "") for index in range(PROBED_INDICES) if _opens(index)]


def _opens(index: int) -> bool:
    capture = cv2.VideoCapture(index, device_backends()[0])
    try:
        return capture.isOpened()
    finally:
        capture.release()
