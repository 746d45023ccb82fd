"""Draws a cut-out hand and its forearm along a hand's path."""

from dataclasses import dataclass

import cv2
import numpy as np

from training.stills.hand_cutout import HandCutout
from training.synthetic.camera import PinholeCamera
from training.synthetic.cones import Reals
from training.synthetic.keyframes import HandPath

_PALM_M = 0.08
"""From the wrist to the middle of the palm."""
_ELBOW_M = 0.6
"""From the camera to the elbow."""
_THIN, _SHORT = 0.5, 0.55
"""Least share of a hand's width when seen from the edge, and of its length when seen from the finger tips."""


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A hand with an elbow below the picture."""

    hand: HandCutout
    camera: PinholeCamera
    elbow: float
    """Horizontal offset from the middle, in picture heights."""
    bend: float
    """Largest bend of the wrist, radians."""
    by_thumb: bool
    """Whether the path's direction is that of the thumb instead of the fingers."""

    def layer(self, path: HandPath, shows_palm: bool) -> Reals:
        """The mean over the moments of a path, [H, W, 4]: premultiplied linear colour, and coverage."""
        return np.asarray(
            np.mean([self._moment(path.at[k], path.axes[k], shows_palm) for k in range(len(path.at))], axis=0),
            np.float32,
        )

    def _moment(self, at: Reals, axes: Reals, shows_palm: bool) -> Reals:
        place = self.camera.project(at)
        scale = self.camera.focal_px / max(float(at[2]), 0.1)
        along = axes[1, :2] / max(float(np.linalg.norm(axes[1, :2])), 1e-3)
        length = max(float(np.linalg.norm(axes[1, :2])), _SHORT)
        width = max(abs(float(along[0] * axes[0, 1] - along[1] * axes[0, 0])), _THIN) * (1 if shows_palm else -1)
        if self.by_thumb:
            along = _turned(along, -self.hand.tilt * np.sign(width))
            length, width = 1.0, float(np.sign(width))
        wrist = place - along * length * scale * _PALM_M
        arm = self._forearm(wrist, along, scale * max(abs(width), 0.7), float(at[2]))
        front = self._hand(wrist, along * length, width, scale)
        return np.asarray(front + arm * (1 - front[..., 3:]))

    def _hand(self, wrist: Reals, up: Reals, width: float, scale: float) -> Reals:
        right = _turned(up / np.linalg.norm(up), np.pi / 2) * width
        return self._laid(self.hand.sprite, self.hand.wrist, wrist, right, up, scale / self.hand.per_metre)

    def _forearm(self, wrist: Reals, along: Reals, scale: float, depth_m: float) -> Reals:
        """The nearer the hand is to the camera, the farther behind and smaller the elbow is drawn."""
        height = self.camera.height
        elbow = np.array([self.camera.width / 2 + self.elbow * height, max(1.3 * height, wrist[1] + 0.5 * height)])
        way = wrist - elbow
        angle = np.arctan2(along[0] * way[1] - along[1] * way[0], along @ way)
        up = _turned(along, float(np.clip(angle, -self.bend, self.bend)))
        length, width = self.hand.forearm.shape[:2]
        half = 0.5 * width * scale / self.hand.per_metre * _turned(up, np.pi / 2)
        far, end = min(depth_m / _ELBOW_M, 1.0), wrist - up * length * scale / self.hand.per_metre
        corners = np.array([[0, 0], [width, 0], [width, length], [0, length]], np.float32)
        there = np.array([wrist - half, wrist + half, end + far * half, end - far * half], np.float32)
        return np.asarray(
            cv2.warpPerspective(
                self.hand.forearm, cv2.getPerspectiveTransform(corners, there), (self.camera.width, self.camera.height)
            ),
            np.float32,
        )

    def _laid(
        self,
        sprite: Reals,
        anchor: tuple[float, float],
        at: Reals,
        right: Reals,
        up: Reals,
        scale: float,
    ) -> Reals:
        """Draw a sprite with its anchor at a position, [H, W, 4]."""
        linear = scale * np.stack([right, -up], 1)
        where = np.column_stack([linear, at - linear @ np.array(anchor)]).astype(np.float64)
        size = (self.camera.width, self.camera.height)
        return np.asarray(cv2.warpAffine(sprite, where, size, flags=cv2.INTER_LINEAR), np.float32)


def _turned(way: Reals, angle: float) -> Reals:
    """Rotate clockwise in coordinates in which y points down."""
    sin, cos = np.sin(angle), np.cos(angle)
    return np.array([way[0] * cos - way[1] * sin, way[0] * sin + way[1] * cos], np.float32)
