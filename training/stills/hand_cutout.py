"""A cut-out hand turned upright, and a forearm extended from the skin of its wrist."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from training.stills.matte import SIDE, Mask
from training.synthetic.cones import Reals

CANVAS = 320
"""Side of the sprite in pixels."""
AREA_M2 = 0.0115
"""Mean area of a hand, which sets its scale; a fist has about 95, a flat hand 130 square centimetres."""
FOREARM_M = 0.5
"""Longer than a real forearm, so that it reaches beyond the picture."""
_FOREARM_TAPER = 1.45
"""Width of a forearm at its far end, relative to the wrist."""


@dataclass(frozen=True, slots=True, eq=False)
class HandCutout:
    """A hand turned upright, like a right hand that shows its palm."""

    sprite: Reals
    """[CANVAS, CANVAS, 4], sRGB 0..1 and coverage; the arm comes from below."""
    wrist: tuple[float, float]
    """Column and row of the wrist in the sprite."""
    per_metre: float
    """Scale of the sprite, pixels per metre."""
    forearm: Reals
    """[L, W, 4], its upper edge on the wrist, in the sprite's scale."""
    tilt: float
    """Clockwise rotation that was applied to the still, radians."""


def stand_up(matte: Reals) -> HandCutout | None:
    """Rotate a matte so that its arm comes from below, and cut it at the wrist; None if no wrist is visible.

    Args:
        matte: float32 [SIDE, SIDE, 4].
    """
    mask = (matte[..., 3] > 0.5).astype(np.uint8)
    contact = _contact(mask)
    if contact is None:
        return None
    tilt = _arm_angle(mask, contact)
    turn = np.asarray(cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), np.degrees(tilt), 1.0), np.float64)
    turn[:, 2] += np.full(2, (CANVAS - SIDE) / 2)
    sprite = np.asarray(cv2.warpAffine(matte, turn, (CANVAS, CANVAS), flags=cv2.INTER_LINEAR), np.float32)
    last = int((contact @ turn[:, :2].T + turn[:, 2])[:, 1].min()) - 2
    return _cut(sprite, last, -tilt)


def _contact(mask: Mask) -> NDArray[np.intp] | None:
    """Where the arm crosses the still's edge, [N, 2] columns and rows; None unless once, with a plausible width."""
    ring = np.zeros_like(mask)
    ring[2:-2, 2:-2] = 1
    edge = mask * (1 - ring)
    rows, columns = np.nonzero(edge)
    parts = cv2.connectedComponents(edge)[0] - 1
    if parts != 1 or not 15 < len(rows) / 2 < 110:
        return None
    return np.stack([columns, rows], 1)


def _arm_angle(mask: Mask, contact: NDArray[np.intp]) -> float:
    """The rotation that brings the arm to the bottom, radians counterclockwise."""
    start = contact.mean(0)
    reach = max(45.0, 1.3 * float(np.ptp(contact, 0).max()))
    there = np.argwhere(mask)[:, ::-1]
    way = there[np.linalg.norm(there - start, axis=1) < reach].mean(0) - start
    return float(np.arctan2(way[0], -way[1]))


def _cut(sprite: Reals, last: int, tilt: float) -> HandCutout | None:
    """Find the wrist between the widest row of the hand and the last complete row, and cut there."""
    covered = sprite[..., 3] > 0.5
    widths = cv2.blur(covered.sum(1).astype(np.float32)[:, None], (1, 7))[:, 0]
    if last < 20 or not covered[:last].any():
        return None
    top = int(np.flatnonzero(covered.any(1))[0])
    widest = top + int(widths[top:last].argmax())
    wrist = widest + int(widths[widest : last + 1].argmin())
    if wrist - top < 40 or not 12 < widths[wrist] < 0.92 * widths[widest]:
        return None
    columns = np.flatnonzero(covered[wrist])
    hand = sprite.copy()
    hand[..., 3] *= np.clip((wrist + 6 - np.arange(CANVAS)) / 8, 0, 1)[:, None]
    return HandCutout(
        hand,
        (float(columns.mean()), float(wrist)),
        float(np.sqrt(covered[:wrist].sum() / AREA_M2)),
        _forearm(sprite, wrist, last, float(np.sqrt(covered[:wrist].sum() / AREA_M2))),
        tilt,
    )


def _forearm(sprite: Reals, wrist: int, last: int, per_metre: float) -> Reals:
    """Extend the skin across the wrist to a forearm that becomes wider."""
    across = _across(sprite, range(wrist - 6, max(wrist + 1, min(last, wrist + 30))))
    width, length = len(across), round(FOREARM_M * per_metre)
    along = np.arange(length, dtype=np.float32)
    half = 0.5 * width * (1 + (_FOREARM_TAPER - 1) * np.minimum(along / (0.6 * length), 1))
    side = np.arange(round(_FOREARM_TAPER * width) + 4, dtype=np.float32)
    side = side - side.mean()
    place = (side[None] / half[:, None] + 1) / 2 * (width - 1)
    skin = cv2.remap(across[None], place, np.zeros_like(place), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    coverage = np.clip(half[:, None] - np.abs(side[None]) + 0.5, 0, 1)
    return np.dstack([skin, coverage]).astype(np.float32)


def _across(sprite: Reals, rows: range) -> Reals:
    """The mean colour from one side of the wrist to the other, [W, 3]."""
    covered = [np.flatnonzero(sprite[row, :, 3] > 0.5) for row in rows]
    width = round(float(np.median([len(columns) for columns in covered])))
    lines = [
        cv2.resize(sprite[row, columns[0] : columns[-1] + 1, :3][None], (width, 1))[0]
        for row, columns in zip(rows, covered, strict=True)
        if len(columns)
    ]
    profile = np.mean(lines, 0)
    # Reduce the shading by half, since the tendons of the wrist do not extend to the elbow.
    return np.asarray(0.5 * profile + 0.5 * profile.mean(0), np.float32)
