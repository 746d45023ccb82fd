"""Renders cones with two lights, blending surfaces that meet."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.synthetic.camera import PinholeCamera, find_spans
from training.synthetic.cones import Cones, Reals, unit
from training.synthetic.raycast import Hits, RenderWindow, cast


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Two directional lights and ambient light; directions point towards the light, colours are linear RGB."""

    key: Reals
    key_colour: Reals
    fill: Reals
    fill_colour: Reals
    ambient: Reals


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """S rendered moments of cones, in a window of the picture."""

    top: int
    left: int
    depth: Reals
    """[S, h, w], metres; infinite where there is nothing."""
    colour: Reals
    """[S, h, w, 3], lit, linear RGB; zeros where there is nothing."""

    @property
    def window(self) -> tuple[slice, slice]:
        """Rows and columns of the picture."""
        rows, columns = self.depth.shape[1:]
        return slice(self.top, self.top + rows), slice(self.left, self.left + columns)


def render(cones: Cones, camera: PinholeCamera, light: Light, jitter: Reals) -> Layer | None:
    """Render bodies.

    Args:
        cones: P bodies at S moments.
        camera: the pinhole.
        light: the lights.
        jitter: [S, 2], shift of each moment's rays in pixels; averaging the moments antialiases edges.

    Returns:
        S pictures of the smallest window that contains the bodies; None if they are outside the picture.
    """
    spans = find_spans(cones, camera)
    if not len(spans.row):
        return None
    window = RenderWindow.around(spans, camera, jitter)
    hits, nearest = cast(cones, spans, window)
    covered = np.flatnonzero(nearest < np.inf)
    albedo, gloss, normal = _blend(cones, hits, nearest, covered)
    ray = window.rays(covered)
    colour = np.zeros((nearest.size, 3), np.float32)
    colour[covered] = _shade(albedo, gloss, normal, ray, light).T
    nearest[covered] *= ray[2]
    return Layer(window.top, window.left, nearest.reshape(window.shape), colour.reshape(*window.shape, 3))


def _blend(cones: Cones, hits: Hits, nearest: Reals, covered: NDArray[np.intp]) -> tuple[Reals, Reals, Reals]:
    """Albedo [3, n], gloss [n] and normal [3, n] of the covered pixels, averaged over the surfaces that meet there.

    The weight of a surface falls with its depth behind the nearest one, and is zero if it is of another material. It
    also falls as the surface turns away from the camera, so that a surface fades out towards its outline.
    """
    body = hits.owner % len(cones.surfaces)
    deeper = hits.distance - nearest[hits.pixel]
    matter = cones.column("matter")[body]
    front = np.zeros(nearest.size, np.float32)
    front[hits.pixel[deeper == 0]] = matter[deeper == 0]
    weight = np.maximum(hits.facing, 0.03) ** 3 * np.exp(-deeper / cones.column("blend_m")[body])
    kept = np.flatnonzero((weight > 1e-5) & (matter == front[hits.pixel]))
    weight = weight[kept]
    colour, gloss, normal = _texture(cones, hits, kept)
    sums = np.stack(
        [
            np.bincount(hits.pixel[kept], weights=values * weight, minlength=nearest.size)[covered]
            for values in (*normal, *colour, gloss, np.ones_like(weight))
        ]
    ).astype(np.float32)
    normal = sums[:3] / (np.sqrt((sums[:3] ** 2).sum(0)) + np.float32(1e-12))
    return sums[3:6] / sums[7], sums[6] / sums[7], normal


def _texture(cones: Cones, hits: Hits, kept: NDArray[np.intp]) -> tuple[Reals, Reals, Reals]:
    """Colour [3, n], gloss [n] and normal [3, n] of some hits: creases, nails, the folds of cloth."""
    owner, normal, along = hits.owner[kept], hits.normal[:, kept], hits.along[kept]
    body = owner % len(cones.surfaces)
    facing = (normal * cones.dorsal.reshape(-1, 3).T[:, owner]).sum(0)
    front = np.clip(0.5 - 1.6 * facing, 0, 1)
    colour = cones.column("back").T[:, body] * (1 - front) + cones.column("front").T[:, body] * front
    crease = cones.column("crease")[body] * front * np.exp(-((along / np.float32(0.05)) ** 2))
    nail = cones.column("nail")[body] * _step(facing, 0.55, 0.75) * _step(along, 0.25, 0.42)
    colour = colour * (1 - crease) + nail * np.array([[0.20], [0.13], [0.12]], np.float32) * (colour + np.float32(0.2))
    cloth = np.flatnonzero(cones.column("fold")[body])
    if len(cloth):
        normal[:, cloth] = _folded(cones, owner[cloth], normal[:, cloth], along[cloth])
    return colour, cones.column("gloss")[body] + np.float32(0.25) * nail, normal


def _folded(cones: Cones, owner: NDArray[np.intp], normal: Reals, along: Reals) -> Reals:
    """Normals [3, n] of points on cloth, tilted in waves along their cones."""
    body = owner % len(cones.surfaces)
    phase = body.astype(np.float32)
    wave = np.sin(21 * along + 3 * normal[0] + phase) * np.sin(9 * along + 2 * normal[1])
    axis = unit((cones.end - cones.start).reshape(-1, 3) + np.float32(1e-7)).T
    tilted = normal + cones.column("fold")[body] * wave * axis[:, owner]
    return np.asarray(tilted / np.sqrt((tilted * tilted).sum(0)))


def _step(x: Reals, low: float, high: float) -> Reals:
    """Smoothstep: 0 below low, 1 above high."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _shade(albedo: Reals, gloss: Reals, normal: Reals, ray: Reals, light: Light) -> Reals:
    """Shade n points: [3, n], with wrap lighting that reddens towards the shadow, as in skin."""
    wrap = np.array([[0.42], [0.25], [0.20]], np.float32)
    key = np.clip(((light.key @ normal)[None] + wrap) / (1 + wrap), 0, None) * light.key_colour[:, None]
    fill = np.clip(0.6 * (light.fill @ normal) + 0.4, 0, None)[None] * light.fill_colour[:, None]
    sky = (0.75 - 0.25 * normal[1])[None] * light.ambient[:, None]
    facing = np.clip(-(normal * ray).sum(0), 0, 1)
    halfway = light.key[:, None] - ray
    halfway /= np.sqrt((halfway * halfway).sum(0))
    shine = gloss * np.clip((halfway * normal).sum(0), 0, 1) ** 18
    return np.asarray(albedo * (key + fill + sky) * (0.8 + 0.2 * facing) + shine * light.key_colour[:, None])


def hollowness(depth: Reals, radius_px: float, reach_m: float) -> Reals:
    """Ambient occlusion: how much nearer surfaces enclose each point, 0..1.

    Args:
        depth: [h, w] metres.
        radius_px: radius of the neighbourhood, in pixels.
        reach_m: about how much nearer those surfaces must be; much nearer ones do not occlude.
    """
    size = max(3, 2 * round(radius_px) + 1)
    deeper = np.maximum(depth - cv2.blur(cv2.blur(depth, (size, size)), (size, size)), 0)
    return np.asarray(np.minimum(deeper / reach_m, 1) * np.exp(-deeper / (2.5 * reach_m)))
