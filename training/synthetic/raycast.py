"""Ray casting: intersections of pixel rays with cones."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.synthetic.camera import NEAR_M, PinholeCamera, Spans
from training.synthetic.cones import Cones, Reals

BLEND_DEPTH_M = np.float32(0.06)
"""Surfaces deeper than this below the nearest one are not blended with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """N points where a pixel's ray enters a cone; a pixel can have several."""

    owner: NDArray[np.intp]
    """Index into the flattened [S * P] cones."""
    pixel: NDArray[np.intp]
    """Index into the flattened [S, h, w] window of the picture."""
    distance: Reals
    """Metres from the camera, [N]."""
    normal: Reals
    """Unit vectors, [3, N]."""
    along: Reals
    """Position on the cone's axis, 0 at its start to 1 at its end, [N]."""
    facing: Reals
    """Cosine between the normal and the direction to the camera, 0..1, [N]."""


@dataclass(frozen=True, slots=True, eq=False)
class RenderWindow:
    """The part of the picture that is rendered, at S moments."""

    top: int
    left: int
    height: int
    width: int
    camera: PinholeCamera
    jitter: Reals
    """[S, 2], shift of the rays of each moment, in pixels (columns, rows)."""

    @classmethod
    def around(cls, spans: Spans, camera: PinholeCamera, jitter: Reals) -> "RenderWindow":
        """The smallest window that contains all spans."""
        top, left = int(spans.row.min()), int(spans.left.min())
        return cls(top, left, int(spans.row.max()) + 1 - top, int(spans.right.max()) - left, camera, jitter)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Moments, rows, columns."""
        return len(self.jitter), self.height, self.width

    def rays(self, pixel: NDArray[np.intp]) -> Reals:
        """Unit vectors [3, N] through pixels of the window."""
        moment, row, column = np.unravel_index(pixel, self.shape)
        shift = self.jitter.astype(np.float32) + np.float32(0.5)
        across = column.astype(np.float32) + shift[moment, 0] + np.float32(self.left)
        down = row.astype(np.float32) + shift[moment, 1] + np.float32(self.top)
        return self.camera.rays(down, across)


def cast(cones: Cones, spans: Spans, window: RenderWindow) -> tuple[Hits, Reals]:
    """Cast the rays of all spans, each against the cone that owns it.

    A rounded cone: its body is a quadratic in the distance, its ends are spheres. The solution is exact.

    Returns:
        The hits that lie at most BLEND_DEPTH_M behind their pixel's nearest one, and the nearest distance of every
        pixel of the window, [S * h * w], infinite where nothing is hit.
    """
    counts = spans.right - spans.left
    owner = np.repeat(spans.owner, counts)
    moment = spans.owner // cones.start.shape[1]
    first = (moment * window.height + spans.row - window.top) * window.width + spans.left - window.left
    pixel = np.arange(len(owner)) + np.repeat(first - np.cumsum(counts) + counts, counts)
    ray = window.rays(pixel)
    distance, along = _distance(cones, spans.owner, counts, ray)
    nearest = np.full(np.prod(window.shape), np.inf, np.float32)
    hit = np.flatnonzero(distance < np.inf)
    np.minimum.at(nearest, pixel[hit], distance[hit])
    hit = hit[distance[hit] < nearest[pixel[hit]] + BLEND_DEPTH_M]
    owner, pixel, distance, along, ray = owner[hit], pixel[hit], distance[hit], along[hit], ray[:, hit]
    start = cones.start.reshape(-1, 3).T
    axis = cones.end.reshape(-1, 3).T - start
    normal = ray * distance - start[:, owner] - axis[:, owner] * along
    normal /= np.sqrt((normal * normal).sum(0)) + np.float32(1e-9)
    return Hits(owner, pixel, distance, normal, along, np.clip(-(normal * ray).sum(0), 0, 1)), nearest


def _distance(cones: Cones, owners: NDArray[np.intp], counts: NDArray[np.intp], ray: Reals) -> tuple[Reals, Reals]:
    """Distance to each ray's cone, infinite where it misses, and the position on the axis: [N] each."""
    moments = len(cones.start)
    start, end = cones.start.reshape(-1, 3).T, cones.end.reshape(-1, 3).T
    first_radius, last_radius = np.tile(cones.start_radius, moments), np.tile(cones.end_radius, moments)
    axis, taper = end - start, first_radius - last_radius
    length2, start2, end2 = (axis * axis).sum(0), (start * start).sum(0), (end * end).sum(0)
    slant2, behind = length2 - taper**2, -(start * axis).sum(0)
    lean = taper * first_radius
    k0 = slant2 * start2 - behind**2 + 2 * behind * lean - length2 * first_radius**2
    constants = np.stack(
        [slant2, behind, lean, k0, start2 - first_radius**2, end2 - last_radius**2, *axis, *start, *end]
    )
    slant2, behind, lean, k0, start_power, end_power, *vectors = np.repeat(
        constants.astype(np.float32)[:, owners], counts, 1
    )
    axis_ray, start_ray, end_ray = (
        x * ray[0] + y * ray[1] + z * ray[2] for x, y, z in (vectors[:3], vectors[3:6], vectors[6:])
    )
    k2 = slant2 - axis_ray * axis_ray
    k1 = axis_ray * (lean - behind) - slant2 * start_ray
    with np.errstate(invalid="ignore", divide="ignore"):
        body = -(np.sqrt(k1 * k1 - k0 * k2) + k1) / k2
        height = behind - lean + body * axis_ray
        on_body = (height > 0) & (height < slant2)
        first = start_ray - np.sqrt(start_ray * start_ray - start_power)
        last = end_ray - np.sqrt(end_ray * end_ray - end_power)
        caps = np.fmin(first, last)
        distance = np.where(on_body, body, caps)
        along = np.where(on_body, height / slant2, caps == last)
        distance[~(distance > NEAR_M)] = np.inf
    return distance, along.astype(np.float32, copy=False)
