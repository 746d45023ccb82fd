"""Make docs/gestures/*.svg: each gesture as a user sees their own hand in a mirror.

    python scripts/pictures_of_gestures.py [FOLDER]

The hand and its motion are those of the generator of clips (`training/synthetic`). Where the gesture begins is drawn
pale, where it ends in full, and an arrow follows the middle of the palm.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from app.overlay.gesture_groups import grouped  # noqa: E402
from training.jester import LABELS  # noqa: E402
from training.synthetic.camera import PinholeCamera  # noqa: E402
from training.synthetic.cones import Cones, Reals  # noqa: E402
from training.synthetic.gestures import script  # noqa: E402
from training.synthetic.hand import HandShape, Skin  # noqa: E402
from training.synthetic.keyframes import HandPath, follow  # noqa: E402
from training.synthetic.performer import Performer  # noqa: E402

SIZE = 240
CAMERA = PinholeCamera(SIZE, SIZE, zoom=0.84)
PERSON = Performer(HandShape(), Skin(), (0, 0, 0), (0, 0, 0), False, 0.9, (0.04, -0.10, 0.90))
PAPER, FIGURE, SLEEVE, SKIN, INK, ARROW = "#f3f0ea", "#dcd6cb", "#8fa3ad", "#e9b68f", "#4a3426", "#00695c"
OUTLINE = f'stroke="{INK}" stroke-width="2.8" paint-order="stroke"'
"""Drawn below the fill, so that only its outer half is visible, and not between cones of one part."""
SHORT = 14.0
"""Minimum length of an arrow; shorter ones are omitted."""
SEEDS = {
    "Drumming Fingers": 4,
    "Sliding Two Fingers Left": 34,
    "Sliding Two Fingers Right": 34,
    "Swiping Down": 3,
    "Swiping Left": 2,
    "Swiping Right": 2,
    "Swiping Up": 3,
    "Thumb Down": 5,
    "Turning Hand Clockwise": 1,
    "Turning Hand Counterclockwise": 1,
}
"""The seed of the drawn performance of a gesture, where seed 0 gives an unclear one."""
ASIDE_DEGREES = 55.0
"""The viewing angle of gestures towards and away from the camera."""
PARTS = {
    "sleeve": range(25, 31), "palm": range(15, 25), "thumb": range(12, 15),
    "index": range(3), "middle": range(3, 6), "ring": range(6, 9), "little": range(9, 12),
}  # fmt: skip
"""The cones of an arm, as `hand_cones` and `Performer.arm` order them."""
INDEX_TIP, MIDDLE_TIP, THUMB_TIP = 2, 5, 14


def main() -> None:
    """Write the pictures."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "docs" / "gestures"
    folder.mkdir(parents=True, exist_ok=True)
    for group in grouped(LABELS):
        for label in group.labels:
            (folder / f"{file_name(label)}.svg").write_text(picture(label), encoding="utf-8", newline="\n")


def file_name(label: str) -> str:
    """The file name of a label, without its suffix."""
    return label.lower().replace(" ", "-")


def picture(label: str) -> str:
    """One gesture as SVG."""
    way = performed(label)
    degrees = ASIDE_DEGREES if label.split()[0] in ("Pulling", "Pushing", "Rolling") else 0.0
    arm, figure = seen_from(PERSON.arm(way), degrees), seen_from(PERSON.figure(), degrees)
    still = label.split()[0] in ("Drumming", "Stop", "Thumb")
    shapes = [
        f'<rect width="{SIZE}" height="{SIZE}" fill="{PAPER}"/>',
        f'<g fill="{FIGURE}">{capsules(figure, 0, range(figure.start.shape[1]))}</g>',
        "" if still else f'<g opacity="0.35">{hand(arm, 0)}</g>',
        hand(arm, -1),
        *([] if still else arrows(label, arm)),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160" viewBox="0 0 {SIZE} {SIZE}">\n'
        f"<title>{label}</title>\n"
        f'<clipPath id="c"><rect width="{SIZE}" height="{SIZE}" rx="16"/></clipPath>\n<g clip-path="url(#c)">\n'
        + "\n".join(filter(None, shapes))
        + "\n</g>\n</svg>\n"
    )


def performed(label: str) -> HandPath:
    """The part of a performance that is the gesture: of a circle, what does not overlap itself; of waving, one way."""
    drawn = script(label, np.random.default_rng(SEEDS.get(label, 0)), left_hand=False)
    begin_s, end_s = drawn.spans_s[0]
    if label.startswith("Rolling"):
        begin_s, end_s = begin_s + 0.2 * (end_s - begin_s), begin_s + 0.8 * (end_s - begin_s)
    return follow(drawn.keys, np.linspace(begin_s, end_s, 41))


def seen_from(cones: Cones, degrees: float) -> Cones:
    """The same cones, rotated about a vertical axis between hand and body, and centred."""
    angle, pivot = math.radians(degrees), np.array([0.0, 0.0, 0.66])
    turn = np.array([[math.cos(angle), 0, -math.sin(angle)], [0, 1, 0], [math.sin(angle), 0, math.cos(angle)]])
    new = pivot + np.array([0.05 + 0.05 * math.sin(angle), 0.0, 0.0])
    return replace(cones, start=(cones.start - pivot) @ turn + new, end=(cones.end - pivot) @ turn + new)


def hand(arm: Cones, moment: int) -> str:
    """The arm at one moment: its parts from far to near, each with one outline."""
    parts = {name: [k for k in cones if k < arm.start.shape[1]] for name, cones in PARTS.items()}
    depth = {name: float(arm.end[moment, cones, 2].mean()) for name, cones in parts.items()}
    drawn = []
    for name in sorted(parts, key=lambda name: (name != "sleeve", -depth[name])):
        fill = SLEEVE if name == "sleeve" else SKIN
        drawn.append(f'<g fill="{fill}" {OUTLINE}>{capsules(arm, moment, parts[name])}</g>')
    return "\n".join(drawn)


def capsules(cones: Cones, moment: int, which: Sequence[int]) -> str:
    """Tapered capsules as they appear in the mirrored picture, as one path."""
    paths = []
    for k in which:
        start, end = cones.start[moment, k], cones.end[moment, k]
        first, second = (
            CAMERA.focal_px * radius / point[2]
            for point, radius in ((start, cones.start_radius[k]), (end, cones.end_radius[k]))
        )
        paths.append(capsule(place(start), float(first), place(end), float(second)))
    return f'<path d="{"".join(paths)}"/>'


def place(point: Reals) -> tuple[float, float]:
    """Where a point appears in the mirrored picture."""
    column, row = CAMERA.project(point)
    return SIZE - float(column), float(row)


def capsule(first: tuple[float, float], r1: float, second: tuple[float, float], r2: float) -> str:
    """The outline around two circles."""
    away = math.dist(first, second)
    if away <= abs(r1 - r2) + 0.01:
        (x, y), r = (first, r1) if r1 > r2 else (second, r2)
        return f"M{x - r:.1f} {y:.1f}a{r:.1f} {r:.1f} 0 1 0 {2 * r:.1f} 0a{r:.1f} {r:.1f} 0 1 0 {-2 * r:.1f} 0z"
    base, open_ = math.atan2(second[1] - first[1], second[0] - first[0]), math.acos((r1 - r2) / away)

    def at(centre: tuple[float, float], r: float, angle: float) -> str:
        return f"{centre[0] + r * math.cos(angle):.1f} {centre[1] + r * math.sin(angle):.1f}"

    wide = int(open_ > math.pi / 2)
    return (
        f"M{at(first, r1, base + open_)}L{at(second, r2, base + open_)}"
        f"A{r2:.1f} {r2:.1f} 0 {wide} 0 {at(second, r2, base - open_)}"
        f"L{at(first, r1, base - open_)}A{r1:.1f} {r1:.1f} 0 {1 - wide} 0 {at(first, r1, base + open_)}z"
    )


def arrows(label: str, arm: Cones) -> list[str]:
    """The arrows that show the motion of the hand."""
    if label.startswith("Zooming"):
        return [arrow(arm.end[:, tip]) for tip in (INDEX_TIP, THUMB_TIP)]
    palm = arm.start[:, PARTS["middle"][0]]
    if label.startswith("Turning"):
        return [arrow(palm + 1.3 * (arm.end[:, MIDDLE_TIP] - palm))]
    return [arrow(palm), arrow(palm[::-1])] if label.startswith("Shaking") else [arrow(palm)]


def arrow(points: Reals) -> str:
    """A line through points [S, 3] with an arrow head; empty if it is shorter than `SHORT`."""
    places = [place(point) for point in points]
    if max(math.dist(xy, places[-1]) for xy in places) < SHORT:
        return ""
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    (x1, y1), (x0, y0) = places[-1], next(xy for xy in reversed(places) if math.dist(xy, places[-1]) > SHORT / 2)
    angle = math.atan2(y1 - y0, x1 - x0)
    head = "".join(
        f"M{x1:.1f} {y1:.1f}l{11 * math.cos(angle + side):.1f} {11 * math.sin(angle + side):.1f}"
        for side in (2.5, -2.5)
    )
    style = f'fill="none" stroke="{ARROW}" stroke-width="4.5" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path d="{line}{head}" {style}/>'


if __name__ == "__main__":
    main()
