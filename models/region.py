"""Region: the part of a picture that a network sees."""

from __future__ import annotations

import math
from dataclasses import dataclass

from common.errors import UserError
from models.frame import Image

MIN_SHARE = 0.05
"""Least share of the picture's width and height of a region given by the user."""
_ROUNDING = 1e-6
_EXPECTED = "give left, top, width and height in shares of the picture, such as 0.25,0.1,0.5,0.8"


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle in shares of the picture's width and height, from its top left corner: all 0..1.

    Raises:
        UserError: it is empty or leaves the picture.
    """

    left: float
    top: float
    width: float
    height: float

    def __post_init__(self) -> None:
        ends = self.left + self.width, self.top + self.height
        if not all(map(math.isfinite, ends)):
            raise self._refusal("is not of finite numbers")
        if self.width <= 0 or self.height <= 0:
            raise self._refusal("is empty")
        if min(self.left, self.top) < -_ROUNDING or max(ends) > 1 + _ROUNDING:
            raise self._refusal("leaves the picture")

    def _refusal(self, problem: str) -> UserError:
        return UserError(f"the region {self} {problem}; {_EXPECTED}")

    def __str__(self) -> str:
        return ",".join(f"{value:.4g}" for value in (self.left, self.top, self.width, self.height))

    @classmethod
    def square(cls, x: float, y: float, side: float, rows: int, columns: int) -> Region:
        """A square around a point, moved and if necessary made smaller to lie inside the picture.

        Args:
            x: the point, in pixels from the left.
            y: the point, in pixels from the top.
            side: of the square, in pixels.
            rows: of the picture.
            columns: of the picture.
        """
        side = min(max(side, 1.0), rows, columns)
        left = min(max(x - side / 2, 0.0), columns - side)
        top = min(max(y - side / 2, 0.0), rows - side)
        return cls(left / columns, top / rows, side / columns, side / rows)

    def cut(self, image: Image) -> Image:
        """Its part of a picture, uint8 [h, w, 3], at least one pixel each way; a view, not a copy."""
        rows, columns = image.shape[:2]
        top, bottom = _span(self.top, self.height, rows)
        left, right = _span(self.left, self.width, columns)
        return image[top:bottom, left:right]


def _span(start: float, length: float, pixels: int) -> tuple[int, int]:
    first = min(max(round(start * pixels), 0), pixels - 1)
    return first, min(max(round((start + length) * pixels), first + 1), pixels)


WHOLE = Region(0.0, 0.0, 1.0, 1.0)
"""All of the picture."""


def parse_region(text: str) -> Region:
    """Read `X,Y,W,H`: left, top, width and height in shares of the picture.

    Raises:
        UserError: it is not four numbers, leaves the picture, or is smaller than `MIN_SHARE` either way.
    """
    try:
        left, top, width, height = map(float, text.split(","))
    except ValueError as error:
        raise UserError(f"{text!r} is no region; {_EXPECTED}") from error
    region = Region(left, top, width, height)
    if min(width, height) < MIN_SHARE:
        raise UserError(f"the region {region} is smaller than {MIN_SHARE:g} of the picture; {_EXPECTED}")
    return region
