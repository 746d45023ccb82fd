"""A drawn face that a face detector finds."""

import cv2
import numpy as np

ROOM, SKIN, DARK, LIPS, WHITE = (190, 196, 188), (214, 170, 142), (52, 36, 30), (168, 92, 88), (240, 238, 234)


def draw_face(image, x, y, height):
    """Draw head and shoulders; the face, from the eyebrows to the chin, has the given height in pixels and centre."""
    unit = height / 100

    def ellipse(dx, dy, rx, ry, colour, start=0, end=360):
        centre = round((x + dx * unit) * 16), round((y + dy * unit) * 16)
        axes = round(rx * unit * 16), round(ry * unit * 16)
        cv2.ellipse(image, centre, axes, 0, start, end, colour, -1, cv2.LINE_AA, 4)

    ellipse(0, 200, 150, 120, (70, 90, 120))  # shoulders
    ellipse(0, 80, 26, 50, tuple(round(0.85 * c) for c in SKIN))
    ellipse(0, -28, 62, 72, DARK)  # hair
    ellipse(0, 0, 50, 68, SKIN)
    for side in (-1, 1):
        ellipse(22 * side, -27, 13, 4, DARK)
        ellipse(22 * side, -13, 10, 6, WHITE)
        ellipse(22 * side, -13, 5, 6, DARK)
        ellipse(5 * side, 14, 3, 2, tuple(round(0.6 * c) for c in SKIN))
    ellipse(0, 8, 6, 10, tuple(round(0.93 * c) for c in SKIN))
    ellipse(0, 33, 18, 6, LIPS)
    return image


def picture_of(*faces, rows=480, columns=640):
    """A picture, uint8 [rows, columns, 3], of faces given as x, y and height."""
    image = np.full((rows, columns, 3), ROOM, np.uint8)
    for face in faces:
        draw_face(image, *face)
    return cv2.GaussianBlur(image, (0, 0), 1)
