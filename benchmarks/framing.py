"""CPU use of framing: its share of one core between gestures, and the search of the first picture.

    python -m benchmarks.framing [FILE]

A video (default: the demo clip, in which no face is found) is passed to `AutoFraming` 12 times a
second of the stream, scaled to a webcam's sizes.
"""

import sys
import time
from pathlib import Path

import cv2
import numpy as np

from app.demo_clip import DEMO
from benchmarks.machine import machine_line
from common.arguments import CommandParser
from common.command import command
from models.frame import Image
from models.framing.auto import AutoFraming
from models.framing.faces import FaceDetector
from training.recording_list import decode

SIZES = ((640, 480), (1280, 720))
RATE_HZ = 12
SECONDS = 60
SEARCHES = 20


def measure(pictures: list[Image], detector: FaceDetector) -> tuple[float, float, str]:
    """Milliseconds for a first picture, share of a core afterwards, and the region at the end."""
    framing = AutoFraming(detector)
    began_s = time.process_time()
    for picture in pictures[:SEARCHES]:
        framing.reset()
        framing.region(picture, 0.0, True)
    searched_s = (time.process_time() - began_s) / len(pictures[:SEARCHES])
    began_s = time.process_time()
    for step in range(1, SECONDS * RATE_HZ):
        region = framing.region(pictures[step % len(pictures)], step / RATE_HZ, True)
    return 1000 * searched_s, (time.process_time() - began_s) / SECONDS, str(region)


@command("framing")
def main(arguments: list[str] | None = None) -> int:
    """Print the cost at each size."""
    parser = CommandParser(prog="python -m benchmarks.framing", description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=DEMO, metavar="FILE", help="a video")
    given = parser.parse_args(arguments)
    film, detector = decode(given.file)[::3], FaceDetector()
    print("| picture | first picture, ms | share of a core | region at the end |\n|---|---|---|---|")
    for size in SIZES:
        pictures = [np.asarray(cv2.resize(picture, size), np.uint8) for picture in film]
        first_ms, share, region = measure(pictures, detector)
        print(f"| {size[0]}x{size[1]} | {first_ms:.1f} | {100 * share:.2f} % | {region} |")
    print("\n" + machine_line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
