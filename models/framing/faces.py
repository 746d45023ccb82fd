"""Faces in a picture, by MediaPipe's short-range BlazeFace (arXiv 1907.05047)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort

from common.arrays import Floats
from common.errors import first_line
from models.errors import ModelFileError
from models.frame import Image
from models.moving_area import thinned

MODEL = Path(__file__).resolve().parent.parent / "weights" / "face_detection_short_range.onnx"
SIZE = 128
"""Rows and columns of the detector's picture."""
MIN_SCORE = 0.5
"""Of a face; MediaPipe's own threshold."""
MIN_IOU = 0.3
"""Boxes with a larger intersection over union are one face."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face, from the eyebrows to the chin, in pixels of the picture."""

    x: float
    """Of its centre."""
    y: float
    width: float
    height: float
    score: float
    """0..1."""


class FaceDetector:
    """Finds faces from about a tenth of the side of the searched square.

    Args:
        path: of the detector's ONNX file: `input` float32 [1, 128, 128, 3] RGB in -1..1; `regressors` [1, 896, 16], of
            which the first four are centre and size in pixels from an anchor; `classificators` [1, 896, 1] logits.

    Raises:
        ModelFileError: the file is missing or damaged.
    """

    def __init__(self, path: Path = MODEL) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises a private class for each status code
            raise ModelFileError(
                f"{path} is no face detector that ONNX Runtime can run ({first_line(error)}). Copy it again, or use "
                "the framing 'full'."
            ) from error

    def find(self, image: Image) -> list[Face]:
        """The faces in a picture, uint8 [H, W, 3] RGB, by falling score."""
        rows, columns = image.shape[:2]
        scale = SIZE / max(rows, columns)
        image = thinned(image, round(SIZE * min(rows, columns) / max(rows, columns)))
        high, wide = max(1, round(rows * scale)), max(1, round(columns * scale))
        top, left = (SIZE - high) // 2, (SIZE - wide) // 2
        how = cv2.INTER_AREA if image.shape[0] > high else cv2.INTER_LINEAR
        padded = np.zeros((1, SIZE, SIZE, 3), np.float32)
        padded[0, top : top + high, left : left + wide] = cv2.resize(image, (wide, high), interpolation=how)
        boxes, logits = self._session.run(("regressors", "classificators"), {"input": padded / 127.5 - 1})
        found = _merged(boxes[0, :, :4] + _ANCHORS, logits[0, :, 0])
        return [_face((box - (left, top, 0, 0)) / scale, score) for box, score in found]


def _face(box: Floats, score: float) -> Face:
    x, y, width, height = map(float, box)
    return Face(x, y, width, height, score)


def _anchors() -> Floats:
    """Centres of the 896 anchors in pixels, with zeros for their size: 16x16 cells of 2, then 8x8 of 6."""
    centres = []
    for cells, each in ((16, 2), (8, 6)):
        at = (np.arange(cells, dtype=np.float32) + 0.5) * (SIZE / cells)
        x, y = np.meshgrid(at, at)
        centres.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), each, axis=0))
    placed = np.concatenate(centres)
    return np.concatenate([placed, np.zeros_like(placed)], 1)


_ANCHORS = _anchors()


def _merged(boxes: Floats, logits: Floats) -> list[tuple[Floats, float]]:
    """One box (centre and size) per face: the mean of the boxes that overlap the best one, weighted by score."""
    scores = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    sure = scores >= MIN_SCORE
    boxes, scores = boxes[sure], scores[sure]
    merged = []
    while len(boxes):
        best = int(scores.argmax())
        same = _overlap(boxes[best], boxes) > MIN_IOU
        same[best] = True
        merged.append((np.average(boxes[same], axis=0, weights=scores[same]), float(scores[best])))
        boxes, scores = boxes[~same], scores[~same]
    return merged


def _overlap(one: Floats, others: Floats) -> Floats:
    """Share of the union that a box has in common with others; boxes are centre and size."""
    low = np.maximum(one[:2] - one[2:] / 2, others[:, :2] - others[:, 2:] / 2)
    high = np.minimum(one[:2] + one[2:] / 2, others[:, :2] + others[:, 2:] / 2)
    common = np.clip(high - low, 0, None).prod(1)
    union = one[2:].prod() + others[:, 2:].prod(1) - common
    return np.asarray(common / np.maximum(union, 1e-9), np.float32)
