"""Subpixel translation of a picture."""

import cv2
import numpy as np

from training.synthetic.cones import Reals


def shifted(picture: Reals, columns: float, rows: float, border: int = cv2.BORDER_REPLICATE) -> Reals:
    """Translate a picture [H, W] or [H, W, up to 4] right and down; `border` is OpenCV's border mode."""
    move = np.array([[1, 0, columns], [0, 1, rows]], np.float32)
    return np.asarray(cv2.warpAffine(picture, move, picture.shape[1::-1], borderMode=border), np.float32)
