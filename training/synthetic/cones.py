"""Cones: tapered capsules with a surface, of which people are made."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Reals = NDArray[np.floating[Any]]
"""Real numbers, mostly float32; each use documents its shape."""


@dataclass(frozen=True, slots=True)
class Surface:
    """The appearance of a cone. Colours are linear RGB, 0..1."""

    back: tuple[float, float, float]
    """Colour of the side that faces along the cone's dorsal direction."""
    front: tuple[float, float, float]
    """Colour of the other side."""
    matter: int = 0
    """Material number; only surfaces of the same material are blended."""
    gloss: float = 0.0
    """Strength of the highlight."""
    blend_m: float = 0.003
    """Distance over which two surfaces that meet are blended, in metres."""
    crease: float = 0.0
    """Darkness of the skin fold at the cone's start, on the front, 0..1."""
    nail: float = 0.0
    """Strength of a finger nail on the back of the cone's end, 0..1."""
    fold: float = 0.0
    """Depth of the folds of cloth, 0..1."""


@dataclass(frozen=True, slots=True, eq=False)
class Cones:
    """P tapered capsules at S moments, in metres; x points right in the picture, y down, z away from the camera."""

    start: Reals
    """[S, P, 3]"""
    end: Reals
    """[S, P, 3]"""
    dorsal: Reals
    """[S, P, 3], unit vectors towards the back of each cone; zeros where it has none."""
    start_radius: Reals
    """[P]"""
    end_radius: Reals
    """[P]"""
    surfaces: tuple[Surface, ...]
    """P of them."""

    def column(self, name: str) -> Reals:
        """One property of all surfaces, float32 [P] or [P, 3]."""
        return np.array([getattr(surface, name) for surface in self.surfaces], np.float32)

    def mirrored(self) -> "Cones":
        """Mirror left and right."""
        flip = np.array([-1, 1, 1], np.float32)
        return replace(self, start=self.start * flip, end=self.end * flip, dorsal=self.dorsal * flip)

    def repeated(self, moments: int) -> "Cones":
        """Repeat bodies of one moment, without motion."""
        start, end, dorsal = (np.repeat(points, moments, 0) for points in (self.start, self.end, self.dorsal))
        return replace(self, start=start, end=end, dorsal=dorsal)


def unit(vectors: ArrayLike) -> Reals:
    """Normalise vectors [..., 3] to length 1."""
    rough = np.asarray(vectors)
    return np.asarray(rough / np.sqrt((rough * rough).sum(-1, keepdims=True)))


def join(parts: Sequence[Cones]) -> Cones:
    """Concatenate bodies of the same moments."""
    joined = {f.name: np.concatenate([getattr(p, f.name) for p in parts], 1) for f in fields(Cones)[:3]}
    radii = {f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Cones)[3:5]}
    return Cones(**joined, **radii, surfaces=tuple(s for part in parts for s in part.surfaces))


Piece = tuple[ArrayLike, ArrayLike, float, float, Surface]
"""One cone: start and end, each [3] or [S, 3], their radii, and its surface."""


def assemble(pieces: Sequence[Piece], dorsal: ArrayLike = (0.0, 0.0, 0.0)) -> Cones:
    """Build cones from single pieces, all at one moment or all at the same S; dorsal [3] or [S, 3] applies to all."""
    start = np.stack([np.atleast_2d(piece[0]) for piece in pieces], 1).astype(np.float32)
    end = np.stack([np.atleast_2d(piece[1]) for piece in pieces], 1).astype(np.float32)
    radii = np.array([piece[2:4] for piece in pieces], np.float32)
    back = np.broadcast_to(np.atleast_2d(np.asarray(dorsal, np.float32))[:, None], start.shape)
    return Cones(start, end, back, radii[:, 0], radii[:, 1], tuple(piece[4] for piece in pieces))
