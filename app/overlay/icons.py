"""Icons of gestures, drawn by strokes on a 24 x 24 grid."""

import math
from collections.abc import Callable
from functools import lru_cache

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF, QTransform

GRID = 24
_STROKE = 1.9
_ANGLES = {"Right": 0, "Down": 90, "Left": 180, "Up": 270}


def draw(painter: QPainter, label: str, where: QRectF, colour: QColor) -> None:
    """Draw the icon of a label; a ring for an unknown one."""
    pen = QPen(colour, _STROKE, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.save()
    painter.translate(where.topLeft())
    painter.scale(where.width() / GRID, where.height() / GRID)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path_of(label))
    painter.restore()


@lru_cache(maxsize=256)
def path_of(label: str) -> QPainterPath:
    """The strokes of a gesture's icon."""
    words = label.split() or [""]
    if words[0] in ("Swiping", "Sliding") and words[-1] in _ANGLES:
        strokes = _swipe() if words[0] == "Swiping" else _slide()
        return _turned(strokes, _ANGLES[words[-1]])
    return _DRAWINGS.get(label, _ring)()


def _arrow(path: QPainterPath, start: tuple[float, float], end: tuple[float, float], head: float = 4.5) -> None:
    """Add a line with a head of two strokes at its end."""
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    path.moveTo(*start)
    path.lineTo(*end)
    for side in (2.4, -2.4):
        path.moveTo(*end)
        path.lineTo(end[0] + head * math.cos(angle + side), end[1] + head * math.sin(angle + side))


def _arc_arrow(path: QPainterPath, radius: float, start_degrees: float, sweep_degrees: float) -> None:
    """Add an arc around the centre, counter-clockwise for a positive sweep, with an arrow head at its end."""
    box = QRectF(12 - radius, 12 - radius, 2 * radius, 2 * radius)
    path.arcMoveTo(box, start_degrees)
    path.arcTo(box, start_degrees, sweep_degrees)
    end, head = path.currentPosition(), 5.0
    along = -math.radians(start_degrees + sweep_degrees) - math.copysign(math.pi / 2, sweep_degrees)
    back = along + math.pi + math.copysign(head / 2 / radius, sweep_degrees)  # direction along the arc, backwards
    for angle in (back - 0.75, back + 0.75):
        path.moveTo(end)
        path.lineTo(end + head * QPointF(math.cos(angle), math.sin(angle)))


def _turned(path: QPainterPath, degrees: float) -> QPainterPath:
    return QTransform().translate(12, 12).rotate(degrees).translate(-12, -12).map(path)


def _mirrored(path: QPainterPath) -> QPainterPath:
    return QTransform(-1, 0, 0, 1, GRID, 0).map(path)


def _flipped(path: QPainterPath) -> QPainterPath:
    return QTransform(1, 0, 0, -1, 0, GRID).map(path)


def _swipe() -> QPainterPath:
    path = QPainterPath()
    _arrow(path, (4, 12), (20, 12), head=6.5)
    return path


def _slide() -> QPainterPath:
    path = QPainterPath()
    for y in (7.5, 16.5):
        _arrow(path, (4, y), (20, y))
    return path


def _zoom(inwards: bool, corners: tuple[int, ...]) -> Callable[[], QPainterPath]:
    def drawing() -> QPainterPath:
        path = QPainterPath()
        near, far = 2.8, 8.0
        for degrees in corners:
            x, y = math.copysign(1, math.cos(math.radians(degrees))), math.copysign(1, math.sin(math.radians(degrees)))
            inner, outer = (12 + near * x, 12 + near * y), (12 + far * x, 12 + far * y)
            _arrow(path, *((outer, inner) if inwards else (inner, outer)), head=4)
        return path

    return drawing


def _push(away: bool, fingers: tuple[float, ...]) -> Callable[[], QPainterPath]:
    """Arrows towards a line at the top, or away from it."""

    def drawing() -> QPainterPath:
        path = QPainterPath()
        path.moveTo(5, 4)
        path.lineTo(19, 4)
        for x in fingers:
            tail, tip = ((x, 20), (x, 8.5)) if away else ((x, 8.5), (x, 20))
            _arrow(path, tail, tip, head=4.5 if len(fingers) == 1 else 3.8)
        return path

    return drawing


def _turn() -> QPainterPath:
    path = QPainterPath()
    _arc_arrow(path, 8, 150, -300)
    return path


def _roll() -> QPainterPath:
    path = QPainterPath()
    _arc_arrow(path, 8, 160, -130)
    _arc_arrow(path, 8, -20, -130)
    return path


def _thumb() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(3, 11, 4, 9.5), 1, 1)
    path.moveTo(7, 12)
    path.lineTo(11, 3.5)
    path.cubicTo(13.6, 3.5, 14.4, 5.2, 14, 7.2)
    path.lineTo(13.4, 10)
    path.lineTo(19, 10)
    path.cubicTo(20.6, 10, 21.4, 11.2, 21, 12.6)
    path.lineTo(19.3, 18.6)
    path.cubicTo(18.9, 19.9, 18.2, 20.5, 17, 20.5)
    path.lineTo(7, 20.5)
    return path


def _stop() -> QPainterPath:
    path = QPainterPath()
    corners = [math.radians(22.5 + 45 * k) for k in range(9)]
    path.addPolygon(QPolygonF([QPointF(12 + 9.5 * math.cos(a), 12 + 9.5 * math.sin(a)) for a in corners]))
    path.moveTo(8, 12)
    path.lineTo(16, 12)
    return path


def _shake() -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(QRectF(8.5, 5, 7, 14), 2.2, 2.2)
    for x, bend in ((5.2, -1.4), (2.4, -1.4), (18.8, 1.4), (21.6, 1.4)):
        tall = 4.5 if abs(x - 12) < 8 else 2.5
        path.moveTo(x, 12 - tall)
        path.quadTo(x + bend, 12, x, 12 + tall)
    return path


def _drum() -> QPainterPath:
    path = QPainterPath()
    for x, top in ((5.5, 9), (9.8, 4.5), (14.2, 7), (18.5, 11)):
        path.moveTo(x, top)
        path.lineTo(x, top + 6)
    path.moveTo(3.5, 20.5)
    path.lineTo(20.5, 20.5)
    return path


def _ring() -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(12, 12), 5, 5)
    return path


_FOUR, _TWO = (45, 135, 225, 315), (135, 315)
_DRAWINGS: dict[str, Callable[[], QPainterPath]] = {
    "Zooming In With Full Hand": _zoom(False, _FOUR),
    "Zooming Out With Full Hand": _zoom(True, _FOUR),
    "Zooming In With Two Fingers": _zoom(False, _TWO),
    "Zooming Out With Two Fingers": _zoom(True, _TWO),
    "Pushing Hand Away": _push(True, (12,)),
    "Pulling Hand In": _push(False, (12,)),
    "Pushing Two Fingers Away": _push(True, (7.5, 16.5)),
    "Pulling Two Fingers In": _push(False, (7.5, 16.5)),
    "Turning Hand Clockwise": _turn,
    "Turning Hand Counterclockwise": lambda: _mirrored(_turn()),
    "Rolling Hand Forward": _roll,
    "Rolling Hand Backward": lambda: _mirrored(_roll()),
    "Thumb Up": _thumb,
    "Thumb Down": lambda: _flipped(_thumb()),
    "Stop Sign": _stop,
    "Shaking Hand": _shake,
    "Drumming Fingers": _drum,
}
