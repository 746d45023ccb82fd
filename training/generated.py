"""Write generated gesture clips into a folder that training reads like any other.

python -m training.generated runs/generated --clips 8
"""

import argparse
import csv
import sys
from pathlib import Path

from calibration.command_line import command
from training.jester import LABELS
from training.recordings import LIST
from training.synthetic.clip import Film, Format, generate
from training.synthetic.demo import write

FORMAT = Format(height=128, width=170, moments=2)
SOURCE = "generated"
COLUMNS = ("path", "label", "split", "source", "fps", "start", "end")


def row(recording: Film, label: str, name: str, source: str = SOURCE) -> tuple[str, ...]:
    """What the list says of a clip; where nothing happens, nothing happens all along."""
    fps = recording.format.fps
    start_s, end_s = (recording.events[0].start_s, recording.events[0].end_s)
    return (name, label, "train", source, str(fps), str(round(start_s * fps)), str(round(end_s * fps)))


@command("generated")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.generated", description="Write generated gesture clips.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--clips", type=int, default=8, help="clips a label (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the first clip's seed (default: %(default)s)")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for seed in range(given.seed, given.seed + given.clips):
        for label in LABELS:
            recording = generate(label, seed, FORMAT)
            name = f"{label.replace(' ', '_')}_{seed}.mp4"
            write(recording, given.out / name)
            rows.append(row(recording, label, name))
        print(f"seed {seed}: {len(rows)} clips", flush=True)
    with open(given.out / LIST, "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
