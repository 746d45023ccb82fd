"""The bones and proportions of a hand, and their positions in a pose."""

from dataclasses import dataclass

import numpy as np

from training.synthetic.cones import Cones, Piece, Reals, Surface, assemble, join, unit

# Metres, on an adult right hand 0.19 long; x towards the thumb, y along the fingers, z out of the palm, zero at the
# wrist. Index to little finger; within a finger from the knuckle outwards.
_KNUCKLES = np.array(
    [[0.028, 0.090, -0.002], [0.0075, 0.094, -0.004], [-0.0125, 0.088, -0.003], [-0.031, 0.077, 0.001]]
)
_PHALANGES = np.array([[0.045, 0.027, 0.019], [0.050, 0.031, 0.020], [0.046, 0.030, 0.020], [0.036, 0.022, 0.018]])
_FINGER_RADII = np.array(
    [
        [0.0112, 0.0097, 0.0086, 0.0072],
        [0.0114, 0.0098, 0.0087, 0.0073],
        [0.0108, 0.0092, 0.0082, 0.0069],
        [0.0098, 0.0082, 0.0073, 0.0061],
    ]
)
_THUMB_ROOT = np.array([0.020, 0.022, 0.009])
_THUMB_BONES = np.array([0.044, 0.032, 0.023])
_THUMB_RADII = np.array([0.0160, 0.0125, 0.0112, 0.0082])
_CARPALS = np.array([[0.014, 0.006, 0.0], [0.005, 0.003, -0.001], [-0.006, 0.003, -0.001], [-0.016, 0.006, 0.001]])
_METACARPAL_RADII = ((0.0140, 0.0122), (0.0140, 0.0126), (0.0140, 0.0120), (0.0140, 0.0110))


@dataclass(frozen=True, slots=True)
class HandShape:
    """Proportions of a hand, as factors on an average hand."""

    size: float = 1.0
    length: float = 1.0
    """Of the fingers."""
    breadth: float = 1.0
    """Of the palm."""
    thickness: float = 1.0
    """Of all flesh."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "HandShape":
        """Sample the proportions of a person."""
        return cls(*(float(x) for x in rng.normal(1.0, (0.06, 0.04, 0.04, 0.06)).clip(0.85, 1.18)))


@dataclass(frozen=True, slots=True)
class Skin:
    """Linear RGB of the two sides of a hand."""

    back: tuple[float, float, float] = (0.56, 0.33, 0.23)
    palm: tuple[float, float, float] = (0.66, 0.40, 0.31)

    def surface(self, blend_m: float, crease: float = 0.0, nail: float = 0.0) -> Surface:
        """The skin of one cone."""
        return Surface(self.back, self.palm, gloss=0.10, blend_m=blend_m, crease=crease, nail=nail)


def hand_cones(shape: HandShape, skin: Skin, wrist: Reals, axes: Reals, angles: Reals) -> Cones:
    """Place a right hand in space.

    Args:
        shape: the proportions.
        skin: the colours.
        wrist: position of the wrist, [S, 3], metres.
        axes: [S, 3, 3], rows: towards the thumb, along the fingers, out of the palm.
        angles: [S, POSE_SIZE], radians.
    """
    fingers = [_finger(shape, skin, k, angles[:, 4 * k : 4 * k + 4]) for k in range(4)]
    local = join([*fingers, _thumb(shape, skin, angles[:, 16:]), _palm(shape, skin, len(angles))])
    axes = axes.astype(np.float32)
    return Cones(
        wrist[:, None] + shape.size * local.start @ axes,
        wrist[:, None] + shape.size * local.end @ axes,
        local.dorsal @ axes,
        shape.size * shape.thickness * local.start_radius,
        shape.size * shape.thickness * local.end_radius,
        local.surfaces,
    )


def _finger(shape: HandShape, skin: Skin, k: int, angles: Reals) -> Cones:
    """Three phalanges of finger k; angles [S, 4]: three flexions and the abduction."""
    spread = angles[:, 3:]
    along = np.concatenate([np.sin(spread), np.cos(spread), np.zeros_like(spread)], 1)
    out = np.broadcast_to(np.array([0.0, 0.0, 1.0]), along.shape)
    root = np.broadcast_to(_KNUCKLES[k] * (shape.breadth, 1, 1), along.shape)
    return _chain(skin, root, along, out, angles[:, :3], _PHALANGES[k] * shape.length, _FINGER_RADII[k])


def _thumb(shape: HandShape, skin: Skin, angles: Reals) -> Cones:
    """The thumb's three bones; angles [S, 4]: sideways, out of the palm's plane, two flexions."""
    side, lift = angles[:, 0], angles[:, 1]
    along = np.stack([np.sin(side) * np.cos(lift), np.cos(side) * np.cos(lift), np.sin(lift)], 1)
    # The thumb bends across the palm, towards the little finger.
    across = np.array([-0.80, 0.25, 0.55])
    out = unit(across - along * (along @ across)[:, None])
    flexion = np.concatenate([np.zeros((len(angles), 1)), angles[:, 2:]], 1)
    root = np.broadcast_to(_THUMB_ROOT * (shape.breadth, 1, 1), along.shape)
    return _chain(skin, root, along, out, flexion, _THUMB_BONES * shape.length, _THUMB_RADII)


def _chain(
    skin: Skin,
    root: Reals,
    along: Reals,
    out: Reals,
    flexion: Reals,
    lengths: Reals,
    radii: Reals,
) -> Cones:
    """Bones that bend in one plane, from `along` towards `out`; the flexions add up along the chain."""
    bend = np.cumsum(flexion, 1)[..., None]
    directions = np.cos(bend) * along[:, None] + np.sin(bend) * out[:, None]
    dorsal = np.sin(bend) * along[:, None] - np.cos(bend) * out[:, None]
    ends = root[:, None] + np.cumsum(directions * lengths[:, None], 1)
    starts = np.concatenate([root[:, None], ends[:, :-1]], 1)
    surfaces = (
        skin.surface(0.005, crease=0.30),
        skin.surface(0.003, crease=0.45),
        skin.surface(0.0025, crease=0.35, nail=1),
    )
    return Cones(
        starts.astype(np.float32),
        ends.astype(np.float32),
        dorsal.astype(np.float32),
        radii[:-1].astype(np.float32),
        radii[1:].astype(np.float32),
        surfaces,
    )


def _palm(shape: HandShape, skin: Skin, moments: int) -> Cones:
    """The metacarpals, the flesh between the knuckles, and the balls of thumb and little finger."""
    knuckles, carpals = _KNUCKLES * (shape.breadth, 1, 1), _CARPALS * (shape.breadth, 1, 1)
    ball = np.array([[0.012, 0.014, 0.006], [0.027, 0.046, 0.008]]) * (shape.breadth, 1, 1)
    edge = np.array([[-0.020, 0.016, 0.004], [-0.030, 0.060, 0.004]]) * (shape.breadth, 1, 1)
    web = np.array([[0.030, 0.050, 0.004], [0.026, 0.078, 0.002]]) * (shape.breadth, 1, 1)
    skinned = skin.surface(0.012)
    pieces: list[Piece] = [(carpals[k], knuckles[k], *_METACARPAL_RADII[k], skinned) for k in range(4)]
    pieces += [(knuckles[k], knuckles[k + 1], 0.0118 - 0.0004 * k, 0.0114 - 0.0004 * k, skinned) for k in range(3)]
    pieces += [(*ball, 0.0150, 0.0135, skinned), (*edge, 0.0140, 0.0115, skinned), (*web, 0.0110, 0.0100, skinned)]
    return assemble(pieces, (0.0, 0.0, -1.0)).repeated(moments)
