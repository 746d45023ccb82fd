"""A clothed figure without a face, and the arm of the moving hand."""

from dataclasses import dataclass

import numpy as np

from training.synthetic.cones import Cones, Piece, Reals, Surface, assemble, join, unit
from training.synthetic.hand import HandShape, Skin, hand_cones
from training.synthetic.keyframes import HandPath

_UPPER_ARM_M, _FOREARM_M, _PALM_M = 0.29, 0.26, 0.075
_CLOTH, _HAIR = 1, 2
_HANGING, _SIDEWAYS = np.array([-0.55, 1.0, 0.15]), np.array([-1.0, -0.25, 0.30])
"""Direction of the elbow from the line between shoulder and wrist."""

_SKINS = np.array(
    [
        [0.72, 0.47, 0.36],
        [0.66, 0.41, 0.29],
        [0.52, 0.30, 0.19],
        [0.36, 0.19, 0.11],
        [0.20, 0.10, 0.06],
        [0.12, 0.06, 0.04],
    ]
)
_HAIRS = ((0.02, 0.015, 0.012), (0.05, 0.03, 0.02), (0.13, 0.07, 0.035), (0.36, 0.24, 0.11), (0.30, 0.29, 0.28))
_CLOTHS = (
    (0.05, 0.09, 0.20), (0.03, 0.03, 0.035), (0.30, 0.30, 0.31), (0.32, 0.05, 0.05), (0.06, 0.17, 0.10),
    (0.55, 0.53, 0.48), (0.10, 0.22, 0.36), (0.42, 0.28, 0.08), (0.20, 0.09, 0.20), (0.12, 0.28, 0.27),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Performer:
    """A person sitting in front of the camera."""

    shape: HandShape
    skin: Skin
    hair: tuple[float, float, float]
    cloth: tuple[float, float, float]
    long_hair: bool
    sleeve: float
    """How far down the forearm the sleeve reaches, 0..1."""
    head: tuple[float, float, float]
    """Middle of the head, metres."""

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Performer":
        """Sample a person."""
        tone = rng.uniform(0, len(_SKINS) - 1)
        back = np.array([np.interp(tone, np.arange(len(_SKINS)), _SKINS[:, c]) for c in range(3)])
        palm = 0.75 * back + 0.25 * np.array([0.72, 0.46, 0.37])
        return cls(
            shape=HandShape.sample(rng),
            skin=Skin(_rgb(back), _rgb(palm)),
            hair=_HAIRS[rng.integers(len(_HAIRS))],
            cloth=_rgb(np.array(_CLOTHS[rng.integers(len(_CLOTHS))]) * rng.uniform(0.7, 1.2)),
            long_hair=bool(rng.random() < 0.45),
            sleeve=float(rng.choice([0.0, 0.45, 0.9], p=[0.45, 0.15, 0.4])),
            head=(float(rng.normal(0.02, 0.04)), float(rng.uniform(-0.12, -0.04)), float(rng.uniform(0.78, 0.98))),
        )

    @property
    def _cloth(self) -> Surface:
        return Surface(self.cloth, self.cloth, _CLOTH, blend_m=0.02, fold=0.10)

    def arm(self, path: HandPath) -> Cones:
        """The right hand and the arm that reaches it."""
        wrist = path.at - _PALM_M * self.shape.size * path.axes[:, 1]
        shoulder = np.asarray(np.add(self.head, (-0.165, 0.235, 0.0)))
        shoulder, elbow = _reach(np.broadcast_to(shoulder, wrist.shape), wrist, path.elbow[:, None])
        hand = hand_cones(self.shape, self.skin, wrist, path.axes, path.pose)
        return join([hand, self._limb(shoulder, elbow, wrist, path.axes)])

    def _limb(self, shoulder: Reals, elbow: Reals, wrist: Reals, axes: Reals) -> Cones:
        """Upper arm and forearm; the wrist is broad and flat, so the forearm's lower half is two cones."""
        thick = self.shape.size * self.shape.thickness
        side, flat = axes[:, 0] * 0.0105 * thick, axes[:, 2] * 0.002
        middle = elbow + 0.35 * (wrist - elbow)
        cuff = elbow + max(self.sleeve, 0.05) * (wrist - elbow)
        bare = elbow - 0.25 * (elbow - shoulder)
        skin, cloth = self.skin.surface(0.012), self._cloth
        upper = (bare, 0.054) if self.sleeve == 0 else (elbow, 0.052)
        bones: list[Piece] = [
            (elbow, middle, 0.040, 0.039, skin),
            (middle + side * 0.6, wrist + side - flat, 0.0345, 0.0195, skin),
            (middle - side * 0.6, wrist - side - flat, 0.0345, 0.0195, skin),
            (bare, elbow, 0.044, 0.041, skin),
            (shoulder, upper[0], 0.062, upper[1], cloth),
        ]
        if self.sleeve > 0:
            bones.append((elbow, cuff, 0.052, 0.052 - 0.014 * self.sleeve, cloth))
        return assemble([(a, b, thick * ra, thick * rb, surface) for a, b, ra, rb, surface in bones], -axes[:, 2])

    def figure(self) -> Cones:
        """Head, hair, neck, trunk and the arm at rest, at a single moment."""
        skin = Surface(self.skin.back, self.skin.back, gloss=0.06, blend_m=0.02)
        hair = Surface(self.hair, self.hair, _HAIR, gloss=0.05, blend_m=0.015)
        cloth = self._cloth
        head: list[Piece] = [
            ((0, -0.035, 0), (0, -0.005, 0), 0.076, 0.075, skin),
            ((0, 0.0, -0.006), (0, 0.072, -0.020), 0.070, 0.046, skin),
            ((0, 0.012, -0.082), (0, 0.026, -0.088), 0.010, 0.012, skin),
            ((-0.077, 0.0, 0.01), (-0.074, 0.022, 0.008), 0.012, 0.009, skin),
            ((0.077, 0.0, 0.01), (0.074, 0.022, 0.008), 0.012, 0.009, skin),
            ((0, 0.05, 0.025), (0, 0.20, 0.035), 0.052, 0.060, skin),
            ((0, -0.052, 0.010), (0, -0.030, 0.030), 0.087, 0.090, hair),
            ((-0.034, -0.080, -0.034), (0.048, -0.070, -0.030), 0.044, 0.034, hair),
        ]
        if self.long_hair:
            head += [((s * 0.070, -0.03, 0.03), (s * 0.088, 0.17, 0.02), 0.034, 0.030, hair) for s in (-1, 1)]
        trunk: list[Piece] = [
            *(((s * 0.045, 0.185, 0.03), (s * 0.165, 0.235, 0.02), 0.050, 0.062, cloth) for s in (-1, 1)),
            *(((s * 0.085, 0.30, 0.01), (s * 0.080, 0.70, 0.0), 0.105, 0.120, cloth) for s in (-1, 1)),
            ((0, 0.30, 0.0), (0, 0.70, -0.01), 0.105, 0.130, cloth),
            ((0.165, 0.235, 0.02), (0.215, 0.52, 0.0), 0.062, 0.052, cloth),
        ]
        return assemble(
            [(np.add(a, self.head), np.add(b, self.head), ra, rb, of) for a, b, ra, rb, of in (*head, *trunk)]
        )


def _rgb(colour: Reals) -> tuple[float, float, float]:
    red, green, blue = (float(c) for c in colour)
    return red, green, blue


def _reach(shoulder: Reals, wrist: Reals, carried: Reals) -> tuple[Reals, Reals]:
    """Shoulder and elbow of a wrist, [S, 3] each; the shoulder moves if the arm is too short."""
    way = wrist - shoulder
    distance = np.linalg.norm(way, axis=1, keepdims=True)
    along = way / distance
    reached = np.clip(distance, 0.12, 0.985 * (_UPPER_ARM_M + _FOREARM_M))
    shoulder = wrist - along * reached
    first = (_UPPER_ARM_M**2 - _FOREARM_M**2 + reached**2) / (2 * reached)
    out = np.sqrt(np.maximum(_UPPER_ARM_M**2 - first**2, 0))
    pole = (1 - carried) * _HANGING + carried * _SIDEWAYS
    pole = unit(pole - along * (along * pole).sum(1, keepdims=True))
    return shoulder, shoulder + along * first + pole * out
