"""The options of a guided recording, for `python -m calibration record` and `main.py --record`."""

import argparse
from pathlib import Path

from common.arguments import number, positive, positive_float

FIRST_READY_S, READY_S = 5.0, 3.0
"""Count-down before the first take of a gesture, and before further ones."""
COUNT_DOWN = (
    f"A count-down of {FIRST_READY_S:g} s comes before the first take of a gesture and before the take without "
    f"gestures, and one of {READY_S:g} s before each further take."
)


def add_recording_options(group: argparse._ActionsContainer) -> None:
    """Add the options that choose what is recorded."""
    group.add_argument(
        "--gesture", action="append", default=[], metavar="NAME", help="a gesture to record (may be repeated)"
    )
    group.add_argument("--takes", type=positive, default=5, metavar="N", help="takes per gesture (default: 5)")
    group.add_argument(
        "--take-seconds", type=positive_float, default=3.0, metavar="S", help="length of a take (default: 3)"
    )
    group.add_argument(
        "--work",
        type=number(float, 0),
        default=60.0,
        metavar="S",
        help="length of the take without gestures; 0 for none (default: 60)",
    )
    group.add_argument(
        "--clip",
        type=Path,
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="a clip that shows the gesture once, or a folder of them, instead of the camera (may be repeated)",
    )
    group.add_argument(
        "--work-clip",
        type=Path,
        action="append",
        default=[],
        metavar="FILE|FOLDER",
        help="a video of work without gestures, or a folder of them, instead of the camera (may be repeated)",
    )
    group.add_argument(
        "--new-gesture", action="store_true", help="record a new gesture although its name is close to a known one"
    )
