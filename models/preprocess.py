"""From a frame of any size to the picture a network takes. Live use, training and evaluation share this."""

import cv2
import numpy as np

from models.errors import CameraError
from models.frame import Image


def to_picture(image: Image, height: int, width: int) -> Image:
    """Cut the largest centred window of the network's proportions and scale it.

    Args:
        image: uint8 [H, W, 3], any size from 1x1 up; the colour order stays as it is.
        height: rows of the result, in pixels.
        width: columns of the result, in pixels.

    Returns:
        uint8 [height, width, 3], a contiguous array of its own.

    Raises:
        CameraError: there is not one pixel in it.
    """
    rows, columns = image.shape[:2]
    if not image.size:
        raise CameraError(f"the camera delivered a picture of {columns}x{rows} pixels; plug it in again or try another")
    scale = min(rows / height, columns / width)
    cut_rows = min(rows, max(1, round(height * scale)))
    cut_columns = min(columns, max(1, round(width * scale)))
    top, left = (rows - cut_rows) // 2, (columns - cut_columns) // 2
    window = image[top : top + cut_rows, left : left + cut_columns]
    # Area averaging keeps fine texture from flickering when a picture shrinks; it does nothing useful when it grows.
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(window, (width, height), interpolation=how)
    return np.ascontiguousarray(scaled, dtype=np.uint8)
