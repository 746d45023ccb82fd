"""From a frame of any size to the input picture. Live use, training and evaluation share this code."""

import cv2
import numpy as np

from models.errors import CameraError
from models.frame import Image
from models.region import Region


def to_picture(image: Image, height: int, width: int, region: Region | None = None, *, quick: bool = False) -> Image:
    """Scale a region of a frame to the input size of a network.

    The whole region is kept: if its proportions differ from the input's, the edges of the picture are repeated.

    Args:
        image: uint8 [H, W, 3], any size from 1x1 up; the colour order stays as it is.
        height: rows of the result, in pixels.
        width: columns of the result, in pixels.
        region: None for the largest centred window with the input's proportions.
        quick: average 2x2 pixels at most, a fifth of the work; enough if the region is at most twice as large.

    Returns:
        uint8 [height, width, 3], a new contiguous array.

    Raises:
        CameraError: the image is empty.
    """
    seen = part_seen(image, height, width, region)
    return _scaled(seen, height, width, quick) if region is None else _padded(seen, height, width, quick)


def part_seen(image: Image, height: int, width: int, region: Region | None = None) -> Image:
    """The part of a frame that `to_picture` scales, uint8 [h, w, 3]: a view, not a copy.

    Raises:
        CameraError: there is not one pixel in it.
    """
    rows, columns = image.shape[:2]
    if not image.size:
        raise CameraError(f"the camera delivered a picture of {columns}x{rows} pixels; plug it in again or try another")
    if region is not None:
        return region.cut(image)
    scale = min(rows / height, columns / width)
    cut_rows = min(rows, max(1, round(height * scale)))
    cut_columns = min(columns, max(1, round(width * scale)))
    top, left = (rows - cut_rows) // 2, (columns - cut_columns) // 2
    return image[top : top + cut_rows, left : left + cut_columns]


def _padded(window: Image, height: int, width: int, quick: bool) -> Image:
    """Scale a window as large as fits, and repeat its edges in what is left over."""
    rows, columns = window.shape[:2]
    scale = max(rows / height, columns / width)
    inner_rows = min(height, max(1, round(rows / scale)))
    inner_columns = min(width, max(1, round(columns / scale)))
    # A region is rounded to whole pixels, so a difference of one pixel is no reason for a border.
    inner_rows = height if height - inner_rows <= 1 else inner_rows
    inner_columns = width if width - inner_columns <= 1 else inner_columns
    scaled = _scaled(window, inner_rows, inner_columns, quick)
    spare_rows, spare_columns = height - inner_rows, width - inner_columns
    if not (spare_rows or spare_columns):
        return scaled
    top, left = spare_rows // 2, spare_columns // 2
    borders = (top, spare_rows - top, left, spare_columns - left)
    return np.ascontiguousarray(cv2.copyMakeBorder(scaled, *borders, cv2.BORDER_REPLICATE), dtype=np.uint8)


def _scaled(window: Image, height: int, width: int, quick: bool) -> Image:
    # Area averaging keeps fine texture from flickering when a picture shrinks; it does nothing useful when it grows.
    shrinks = window.shape[0] > height or window.shape[1] > width
    averaging = shrinks and not quick
    scaled = cv2.resize(window, (width, height), interpolation=cv2.INTER_AREA if averaging else cv2.INTER_LINEAR)
    return np.ascontiguousarray(scaled, dtype=np.uint8)
