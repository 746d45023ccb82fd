"""A person in a room, and the rendered picture with the moving arm."""

from dataclasses import dataclass

import cv2
import numpy as np

from training.synthetic.camera import PinholeCamera
from training.synthetic.cones import Reals, unit
from training.synthetic.keyframes import HandPath
from training.synthetic.performer import Performer
from training.synthetic.render import Layer, Light, hollowness, render
from training.synthetic.room import paint_room
from training.synthetic.shift import shifted

_JITTER = np.array([[-0.25, -0.375], [0.25, -0.125], [-0.375, 0.25], [0.375, 0.375]], np.float32)


def sample_light(rng: np.random.Generator, side: float) -> Light:
    """Sample a light: a key light from above on one side (-1 left, 1 right), a cooler fill light from the other."""
    warm, strength = rng.uniform(-0.08, 0.12), rng.uniform(0.65, 1.0)
    key = (side * rng.uniform(0.3, 0.8), -rng.uniform(0.4, 0.9), -rng.uniform(0.5, 1.0))
    return Light(
        key=unit(key).astype(np.float32),
        key_colour=np.array([1.0 + warm, 0.96, 0.90 - warm], np.float32) * np.float32(strength),
        fill=unit((-side * 0.8, -0.1, -0.5)).astype(np.float32),
        fill_colour=np.array([0.90, 0.97, 1.05], np.float32) * np.float32(rng.uniform(0.12, 0.3)),
        ambient=np.array([1.0, 0.98, 0.97], np.float32) * np.float32(rng.uniform(0.12, 0.22)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """The parts that do not change during a clip."""

    camera: PinholeCamera
    light: Light
    performer: Performer
    room: Reals
    """[H, W, 3], linear RGB."""
    figure: Reals
    """[H, W, 4]: the person without the arm, linear RGB premultiplied by coverage, and coverage."""
    mirrored: bool
    """Whether the left arm moves: bodies are mirrored, room and light are not."""

    @classmethod
    def sample(cls, rng: np.random.Generator, camera: PinholeCamera, mirrored: bool) -> "Scene":
        """Draw a person, a room and a light."""
        side = float(rng.choice([-1.0, 1.0]))
        light, performer = sample_light(rng, side), Performer.sample(rng)
        room = paint_room(camera.height, camera.width, rng, side) * np.float32(rng.uniform(0.7, 1.0))
        body = performer.figure().repeated(len(_JITTER))
        layer = render(body.mirrored() if mirrored else body, camera, light, _JITTER)
        figure = np.zeros((camera.height, camera.width, 4), np.float32)
        if layer is not None:
            figure[layer.window] = _flattened(layer, 0.02 * camera.height, 0.06, 0.55)
        return cls(camera, light, performer, room, figure, mirrored)

    def picture(self, path: HandPath, sway_px: tuple[float, float] = (0.0, 0.0)) -> Reals:
        """Render one picture, averaged over the moments of the path.

        Args:
            path: the right hand at S moments while the shutter is open.
            sway_px: displacement of the person in columns and rows.

        Returns:
            float32 [H, W, 3], linear RGB.
        """
        figure = shifted(self.figure, *sway_px)
        arm = self.performer.arm(path)
        jitter = np.resize(_JITTER, (len(path.at), 2))
        layer = render(arm.mirrored() if self.mirrored else arm, self.camera, self.light, jitter)
        if layer is None:
            return _over(figure, self.room)
        flat = _flattened(layer, 0.014 * self.camera.height, 0.03, 0.75)
        shade = 1 - 0.34 * self._shadow(flat[..., 3], layer)
        picture = _over(figure * np.dstack([shade, shade, shade, np.ones_like(shade)]), self.room)
        picture[layer.window] = _over(flat, picture[layer.window])
        return picture

    def _shadow(self, coverage: Reals, layer: Layer) -> Reals:
        """The arm's shadow on the person, [H, W], 0..1."""
        cast = np.zeros((self.camera.height, self.camera.width), np.float32)
        cast[layer.window] = coverage
        soft = cv2.blur(cast, (round(0.06 * len(cast)), round(0.06 * len(cast))))
        across, down = -self.light.key[:2] / max(-float(self.light.key[2]), 0.3) * 0.10 * len(cast)
        return shifted(np.asarray(soft, np.float32), float(across), float(down), cv2.BORDER_CONSTANT)


def _flattened(layer: Layer, radius_px: float, reach_m: float, darkness: float) -> Reals:
    """The mean of a layer's moments with ambient occlusion: [h, w, 4], premultiplied colour, and coverage."""
    covered = layer.depth < np.inf
    flat = np.zeros((*layer.depth.shape[1:], 4), np.float32)
    flat[..., 3] = covered.mean(0)
    for depth, colour, here in zip(layer.depth, layer.colour, covered, strict=True):
        # The background must not occlude: give it the depth of the deepest point of the body.
        filled = np.where(here, depth, depth[here].max(initial=0))
        flat[..., :3] += colour * (1 - darkness * hollowness(filled, radius_px, reach_m))[..., None]
    flat[..., :3] /= len(layer.depth)
    return flat


def _over(front: Reals, back: Reals) -> Reals:
    """Composite [h, w, 4] over [h, w, 3]."""
    return front[..., :3] + back * (1 - front[..., 3:])
