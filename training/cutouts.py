"""Write clips of real hands, cut out of stills, into a folder that training reads like any other.

python -m training.cutouts runs/cutouts --stills ../shared/data/stills --each 8
"""

import argparse
import csv
import sys
from pathlib import Path

from calibration.command_line import command, natural, positive
from training.generated import COLUMNS, FORMAT, row
from training.recordings import LIST
from training.stills.album import Album
from training.stills.clip import LABELS, generate
from training.synthetic.demo import write

SOURCE = "cutouts"


@command("cutouts")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m training.cutouts", description="Write clips of cut-out hands.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--stills", type=Path, required=True, help="folder of pictures, source/pose/picture.jpg")
    parser.add_argument("--each", type=positive, default=8, help="clips a label (default: %(default)s)")
    parser.add_argument("--seed", type=natural, default=0, help="the first clip's seed (default: %(default)s)")
    given = parser.parse_args(arguments)
    album = Album(given.stills)
    given.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for seed in range(given.seed, given.seed + given.each):
        for label in LABELS:
            clip = generate(album, label, seed, FORMAT)
            name = f"{label.replace(' ', '_')}_{seed}.mp4"
            write(clip, given.out / name)
            rows.append(row(clip, label, name, SOURCE))
        print(f"seed {seed}: {len(rows)} clips", flush=True)
    with open(given.out / LIST, "w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
