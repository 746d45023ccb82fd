"""Render the clip of `main.py --demo`.

python -m training.synthetic.demo app/demo/demo.mp4 --seed 5
"""

import sys
from dataclasses import replace
from pathlib import Path

from common.arguments import CommandParser, natural
from common.command import command
from common.video import write_video
from training.synthetic.drawn_clip import DrawnClip, Format, stream
from training.synthetic.sensor import Sensor

GESTURES = (
    "Swiping Right",
    "Swiping Left",
    "Stop Sign",
    "Sliding Two Fingers Up",
    "Sliding Two Fingers Down",
    "Thumb Up",
    "Zooming In With Full Hand",
    "Shaking Hand",
)
"""The gestures of the clip, in order."""
FORMAT = Format(height=480, width=640, fps=25.0, moments=5, shutter=0.35)


def demo(seed: int) -> DrawnClip:
    """Generate the clip with little sensor noise, so that it compresses well."""
    recording = stream(GESTURES, seed, FORMAT, idle_s=(0.8, 1.2), left_hand=False)
    return replace(recording, sensor=Sensor(noise=0.001, quality=100))


@command("demo")
def main(arguments: list[str] | None = None) -> int:
    """Render the demo and print its gestures with their times."""
    parser = CommandParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the mp4 file to write")
    parser.add_argument("--seed", type=natural, default=5, help="seed of person, room and timing")
    args = parser.parse_args(arguments)
    recording = demo(args.seed)
    write_video(args.out, recording.frames(), FORMAT.fps)
    for event in recording.events:
        print(f"{event.start_s:6.2f} {event.end_s:6.2f}  {event.label}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
