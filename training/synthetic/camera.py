"""A pinhole camera, and the pixels that a body can cover."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthetic.cones import Cones, Reals

NEAR_M = 0.04
"""Near clipping distance; nearer bodies are not drawn."""


@dataclass(frozen=True, slots=True)
class PinholeCamera:
    """A pinhole camera that points along z."""

    height: int
    width: int
    zoom: float = 1.25
    """Focal length in picture heights."""

    @property
    def focal_px(self) -> float:
        """Focal length in pixels."""
        return self.zoom * self.height

    def project(self, points: Reals) -> Reals:
        """Project points [..., 3] to pixels [..., 2], column before row."""
        centre = np.array([self.width / 2, self.height / 2], np.float32)
        depth = np.maximum(points[..., 2:], NEAR_M)
        return (points[..., :2] / depth * self.focal_px + centre).astype(np.float32)

    def rays(self, row: Reals, column: Reals) -> Reals:
        """Unit vectors [3, N] through points of the picture, in pixels from its top left corner."""
        x = (column - np.float32(self.width / 2)) / np.float32(self.focal_px)
        y = (row - np.float32(self.height / 2)) / np.float32(self.focal_px)
        length = np.sqrt(x * x + y * y + 1)
        return np.stack([x / length, y / length, 1 / length]).astype(np.float32, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """N segments of picture rows, each of which one cone can cover."""

    owner: NDArray[np.intp]
    """Index into the flattened [S * P] cones, ascending."""
    row: NDArray[np.intp]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    """One past the last column."""


def find_spans(cones: Cones, camera: PinholeCamera) -> Spans:
    """The segments of rows that each cone can cover; none for a cone that reaches behind the camera."""
    first, second = (camera.project(points).reshape(-1, 2) for points in (cones.start, cones.end))
    reach = np.maximum(
        _reach_px(cones.start, cones.start_radius, camera), _reach_px(cones.end, cones.end_radius, camera)
    ).ravel()
    top = np.floor(np.minimum(first[:, 1], second[:, 1]) - reach).clip(0, camera.height).astype(np.intp)
    bottom = np.ceil(np.maximum(first[:, 1], second[:, 1]) + reach).clip(0, camera.height).astype(np.intp)
    counts = np.where(np.isfinite(reach), bottom - top, 0)
    owner = np.repeat(np.arange(len(counts)), counts)
    row = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts - top, counts)
    # Only the segment of the axis within reach of a row can cover it, which bounds the columns.
    way = (second - first)[owner]
    rise = np.where(np.abs(way[:, 1]) < 1e-3, np.float32(1e-3), way[:, 1])
    ends = (row + 0.5 - first[owner, 1] + np.multiply.outer((-1, 1), reach[owner])) / rise
    columns = first[owner, 0] + ends.clip(0, 1) * way[:, 0]
    left = np.floor(columns.min(0) - reach[owner]).clip(0, camera.width).astype(np.intp)
    right = np.ceil(columns.max(0) + reach[owner]).clip(0, camera.width).astype(np.intp)
    some = right > left
    return Spans(owner[some], row[some], left[some], right[some])


def _reach_px(centre: Reals, radius: Reals, camera: PinholeCamera) -> Reals:
    """Upper bound of the radius of a sphere's image [S, P], in pixels; infinite if the sphere is too near."""
    distance = centre[..., 2] - radius
    # Off the optical axis a sphere's image is longer than its radius; 10 % is enough for every zoom used here.
    reach = 1.1 * radius * camera.focal_px / np.maximum(distance, NEAR_M) + 1
    return np.where(distance > NEAR_M, reach, np.inf).astype(np.float32)
