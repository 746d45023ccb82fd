"""A wall with furniture, painted out of focus."""

import itertools
from collections.abc import Callable

import cv2
import numpy as np

from training.synthetic.cones import Reals

Colour = tuple[float, float, float]
"""sRGB, 0..1."""

_WALLS: tuple[Colour, ...] = (
    (0.86, 0.83, 0.77), (0.78, 0.82, 0.83), (0.83, 0.78, 0.70), (0.70, 0.76, 0.72), (0.62, 0.68, 0.74),
    (0.88, 0.86, 0.84), (0.74, 0.66, 0.60), (0.55, 0.60, 0.58),
)  # fmt: skip
_WOODS: tuple[Colour, ...] = ((0.46, 0.31, 0.20), (0.62, 0.46, 0.30), (0.30, 0.20, 0.15), (0.85, 0.83, 0.80))
_ACCENTS: tuple[Colour, ...] = (
    (0.75, 0.35, 0.26), (0.20, 0.38, 0.46), (0.83, 0.66, 0.34), (0.33, 0.44, 0.34), (0.56, 0.33, 0.40),
    (0.88, 0.84, 0.76), (0.23, 0.26, 0.33), (0.50, 0.62, 0.66),
)  # fmt: skip


class _Canvas:
    """A picture with coordinates in units of its height: (0, 0) is the top left corner, y ends at 1."""

    def __init__(self, height: int, width: int, colour: Colour) -> None:
        self.unit = height
        self.pixels = np.empty((height, width, 3), np.float32)
        self.pixels[:] = colour

    @property
    def width(self) -> float:
        return self.pixels.shape[1] / self.unit

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.shape(((x0, y0), (x1, y0), (x1, y1), (x0, y1)), colour)

    def shape(self, points: tuple[tuple[float, float], ...], colour: Colour) -> None:
        """A filled polygon."""
        corners = np.round(np.array(points) * self.unit * 16).astype(np.int32)
        cv2.fillPoly(self.pixels, [corners], colour, cv2.LINE_AA, 4)

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour, turn: float = 0.0) -> None:
        """A filled ellipse, turned by degrees."""
        centre, axes = (round(v * self.unit * 16) for v in (x, y)), (round(v * self.unit * 16) for v in (rx, ry))
        cv2.ellipse(self.pixels, tuple(centre), tuple(axes), turn, 0, 360, colour, -1, cv2.LINE_AA, 4)

    def shadow(self, x0: float, y0: float, x1: float, y1: float, strength: float = 0.35) -> None:
        """Darken a rectangle with a soft edge."""
        dark = np.zeros(self.pixels.shape[:2], np.float32)
        corners = [round(v * self.unit) for v in (x0, y0, x1, y1)]
        cv2.rectangle(dark, corners[:2], corners[2:], 1.0, -1)
        self.pixels *= 1 - strength * cv2.GaussianBlur(dark, (0, 0), 0.025 * self.unit)[..., None]

    def glow(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Add light that falls off around a point."""
        rows, columns = np.indices(self.pixels.shape[:2], np.float32) / self.unit
        fall = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2))
        self.pixels += fall[..., None] * np.array(colour, np.float32)


def paint_room(height: int, width: int, rng: np.random.Generator, light_from: float = -1.0) -> Reals:
    """Paint a room.

    Args:
        height: rows.
        width: columns.
        rng: generator of colours and furniture.
        light_from: direction of the light, -1 left to 1 right.

    Returns:
        float32 [height, width, 3], linear RGB.
    """
    canvas = _Canvas(height, width, _WALLS[rng.integers(len(_WALLS))])
    canvas.glow(canvas.width * (0.5 + 0.6 * light_from), 0.1, 0.6 * canvas.width, (0.14, 0.13, 0.10))
    third = canvas.width / 3
    left, right = rng.choice(len(_FURNITURE), 2, replace=False)
    _FURNITURE[left](canvas, rng, -0.05 * third, 1.0 * third)
    _FURNITURE[right](canvas, rng, 2.0 * third, 3.05 * third)
    if rng.random() < 0.5:
        _sofa(canvas, rng)
    blurred = cv2.GaussianBlur(canvas.pixels, (0, 0), rng.uniform(0.004, 0.011) * height)
    rows, columns = np.indices((height, width), np.float32) / height
    fall = 1 - 0.16 * light_from * (columns / canvas.width - 0.5) * -2 - 0.18 * (rows - 0.4)
    vignette = 1 - 0.22 * ((columns / canvas.width - 0.5) ** 2 + (rows - 0.5) ** 2)
    return np.asarray(np.clip(blurred * (fall * vignette)[..., None], 0, 1.15) ** 2, np.float32)


def _pick(rng: np.random.Generator, colours: tuple[Colour, ...], spread: float = 0.04) -> Colour:
    red, green, blue = np.clip(np.array(colours[rng.integers(len(colours))]) + rng.normal(0, spread), 0, 1)
    return float(red), float(green), float(blue)


def _dim(colour: Colour, by: float) -> Colour:
    red, green, blue = colour
    return red * by, green * by, blue * by


def _window(canvas: _Canvas, rng: np.random.Generator, x0: float, x1: float) -> None:
    """Daylight, a frame and two curtains."""
    top, bottom = rng.uniform(0.02, 0.10), rng.uniform(0.62, 0.80)
    x0, x1 = x0 + 0.05, x1 - 0.05
    canvas.glow((x0 + x1) / 2, 0.4, 0.35, (0.16, 0.17, 0.18))
    canvas.box(x0 - 0.015, top - 0.015, x1 + 0.015, bottom + 0.02, (0.93, 0.92, 0.90))
    for k in range(12):
        y = top + (bottom - top) * k / 12
        sky = np.array([0.78, 0.89, 1.0]) * (1 - k / 14) + np.array([0.90, 0.93, 0.88]) * k / 14
        canvas.box(x0, y, x1, y + (bottom - top) / 12 + 0.002, (float(sky[0]), float(sky[1]), float(sky[2])))
    for _ in range(5):
        x = rng.uniform(x0, x1)
        radius = rng.uniform(0.03, 0.07)
        canvas.disc(min(max(x, x0 + radius), x1 - radius), bottom - radius, radius, radius, (0.50, 0.62, 0.42))
    canvas.box((x0 + x1) / 2 - 0.008, top, (x0 + x1) / 2 + 0.008, bottom, (0.93, 0.92, 0.90))
    canvas.box(x0, (top + bottom) / 2 - 0.007, x1, (top + bottom) / 2 + 0.007, (0.93, 0.92, 0.90))
    cloth = _pick(rng, _ACCENTS)
    for side in (x0 - 0.03, x1 - 0.05):
        for k in range(5):
            shade = _dim(cloth, 0.95 + 0.12 * (-1) ** k)
            canvas.box(side + 0.017 * k, 0.0, side + 0.017 * (k + 1) + 0.002, bottom + 0.12, shade)


def _bookcase(canvas: _Canvas, rng: np.random.Generator, x0: float, x1: float) -> None:
    """Boards full of books, with gaps and a vase."""
    wood = _pick(rng, _WOODS)
    x0, x1 = x0 + 0.02, x1 - 0.04
    canvas.shadow(x0 + 0.02, 0.06, x1 + 0.03, 1.0)
    canvas.box(x0, 0.04, x1, 1.0, wood)
    boards = np.linspace(0.06, 0.98, int(rng.integers(4, 6)))
    for top, bottom in itertools.pairwise(boards):
        canvas.box(x0 + 0.014, top, x1 - 0.014, bottom - 0.018, _dim(wood, 0.55))
        x = x0 + 0.018
        while x < x1 - 0.05:
            wide, tall = rng.uniform(0.014, 0.032), (bottom - top) * rng.uniform(0.55, 0.85)
            if rng.random() < 0.16:
                x += rng.uniform(0.03, 0.08)
                continue
            canvas.box(x, bottom - 0.018 - tall, x + wide, bottom - 0.018, _dim(_pick(rng, _ACCENTS, 0.07), 0.85))
            x += wide + 0.002


def _pictures(canvas: _Canvas, rng: np.random.Generator, x0: float, x1: float) -> None:
    """Framed abstract paintings."""
    for k in range(int(rng.integers(1, 3))):
        wide, tall = rng.uniform(0.20, 0.30), rng.uniform(0.18, 0.28)
        x, y = rng.uniform(x0 + 0.03, max(x1 - wide - 0.03, x0 + 0.04)), 0.10 + 0.36 * k + rng.uniform(0, 0.05)
        canvas.shadow(x + 0.01, y + 0.015, x + wide + 0.015, y + tall + 0.025)
        canvas.box(x, y, x + wide, y + tall, _pick(rng, _WOODS))
        canvas.box(x + 0.012, y + 0.012, x + wide - 0.012, y + tall - 0.012, (0.94, 0.93, 0.90))
        inner = (x + 0.035, y + 0.035, x + wide - 0.035, y + tall - 0.035)
        canvas.box(*inner, _pick(rng, _ACCENTS))
        canvas.box(
            inner[0], inner[1] + (inner[3] - inner[1]) * rng.uniform(0.4, 0.7), inner[2], inner[3], _pick(rng, _ACCENTS)
        )
        canvas.disc(rng.uniform(inner[0] + 0.03, inner[2] - 0.03), inner[1] + 0.045, 0.022, 0.022, _pick(rng, _ACCENTS))


def _lamp(canvas: _Canvas, rng: np.random.Generator, x0: float, x1: float) -> None:
    """A floor lamp that is on."""
    x, y = (x0 + x1) / 2 + rng.uniform(-0.06, 0.06), rng.uniform(0.12, 0.24)
    canvas.glow(x, y + 0.05, 0.22, (0.36, 0.26, 0.12))
    canvas.box(x - 0.006, y + 0.1, x + 0.006, 1.0, (0.22, 0.20, 0.19))
    canvas.shape(((x - 0.06, y), (x + 0.06, y), (x + 0.10, y + 0.17), (x - 0.10, y + 0.17)), (1.0, 0.90, 0.70))
    canvas.glow(x, y + 0.10, 0.07, (0.25, 0.18, 0.08))


def _plant(canvas: _Canvas, rng: np.random.Generator, x0: float, x1: float) -> None:
    """A tall plant in a pot."""
    x, base = (x0 + x1) / 2 + rng.uniform(-0.05, 0.05), rng.uniform(0.78, 0.9)
    canvas.shadow(x - 0.05, base, x + 0.12, 1.0)
    for _ in range(26):
        angle, reach = rng.uniform(-1.15, 1.15), rng.uniform(0.16, 0.48)
        at = (x + 0.6 * reach * np.sin(angle), base - reach * np.cos(angle))
        green = _dim((0.34, 0.52, 0.30), rng.uniform(0.6, 1.15))
        canvas.disc(*at, 0.028, 0.095, green, float(np.degrees(angle) + rng.normal(0, 12)))
    pot = _pick(rng, _ACCENTS)
    canvas.shape(((x - 0.09, base - 0.02), (x + 0.09, base - 0.02), (x + 0.07, 1.0), (x - 0.07, 1.0)), pot)
    canvas.box(x - 0.095, base - 0.04, x + 0.095, base, _dim(pot, 0.9))


def _door(canvas: _Canvas, rng: np.random.Generator, x0: float, x1: float) -> None:
    """A panelled door."""
    colour = _pick(rng, (*_WOODS, (0.90, 0.89, 0.87)))
    x0, x1 = x0 + 0.06, x0 + 0.06 + min(0.40, x1 - x0 - 0.08)
    canvas.box(x0 - 0.02, 0.05, x1 + 0.02, 1.0, _dim(colour, 0.82))
    canvas.box(x0, 0.07, x1, 1.0, colour)
    for top, bottom in ((0.13, 0.48), (0.56, 0.98)):
        canvas.box(x0 + 0.05, top, x1 - 0.05, bottom, _dim(colour, 0.88))
        canvas.box(x0 + 0.06, top + 0.012, x1 - 0.055, bottom, _dim(colour, 0.97))
    canvas.disc(x1 - 0.025, 0.54, 0.011, 0.011, (0.75, 0.70, 0.58))


def _shelf(canvas: _Canvas, rng: np.random.Generator, x0: float, x1: float) -> None:
    """Two boards on the wall with books, a vase and a trailing plant."""
    wood = _pick(rng, _WOODS)
    for y in (rng.uniform(0.24, 0.30), rng.uniform(0.56, 0.64)):
        canvas.shadow(x0 + 0.05, y + 0.01, x1 - 0.02, y + 0.06, 0.4)
        x = x0 + 0.06 + rng.uniform(0, 0.06)
        for _ in range(int(rng.integers(3, 7))):
            wide, tall = rng.uniform(0.016, 0.032), rng.uniform(0.09, 0.15)
            canvas.box(x, y - tall, x + wide, y, _pick(rng, _ACCENTS, 0.06))
            x += wide + 0.002
        vase = _pick(rng, _ACCENTS)
        canvas.disc(x + 0.07, y - 0.045, 0.034, 0.045, vase)
        canvas.box(x + 0.056, y - 0.11, x + 0.084, y - 0.06, vase)
        canvas.box(x0 + 0.04, y, x1 - 0.04, y + 0.018, wood)


def _sofa(canvas: _Canvas, rng: np.random.Generator) -> None:
    """The back of a sofa with cushions."""
    colour, y = _dim(_pick(rng, _ACCENTS), 0.8), rng.uniform(0.62, 0.75)
    canvas.shadow(0.0, y - 0.03, canvas.width, y + 0.02, 0.25)
    canvas.box(-0.1, y, canvas.width + 0.1, 1.0, colour)
    canvas.box(-0.1, y, canvas.width + 0.1, y + 0.02, _dim(colour, 1.12))
    for x in np.arange(rng.uniform(0, 0.3), canvas.width, 0.48):
        canvas.box(x - 0.004, y + 0.02, x + 0.004, 1.0, _dim(colour, 0.8))
    for x in rng.uniform(0.05, canvas.width - 0.25, 2):
        cushion = _pick(rng, _ACCENTS)
        canvas.shape(((x, y + 0.08), (x + 0.22, y + 0.05), (x + 0.24, y + 0.28), (x + 0.02, y + 0.30)), cushion)


_FURNITURE: tuple[Callable[[_Canvas, np.random.Generator, float, float], None], ...] = (
    _window,
    _bookcase,
    _pictures,
    _lamp,
    _plant,
    _door,
    _shelf,
)
