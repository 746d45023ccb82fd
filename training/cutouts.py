"""Generate clips of real hands cut out of stills, as a folder of training data.

    python -m training.cutouts runs/cutouts --stills ../shared/data/stills --each 8

Clips of another seed can be added to the same folder.
"""

import sys
from functools import partial
from pathlib import Path

from common.arguments import CommandParser, natural, positive
from common.command import command
from training.clip_folder import FORMAT, write_clips
from training.stills.album import Album
from training.stills.cutout_clip import LABELS, generate

SOURCE = "cutouts"


@command("cutouts")
def main(arguments: list[str] | None = None) -> int:
    """Generate clips of every label that stills can perform."""
    parser = CommandParser(prog="python -m training.cutouts", description="Write clips of cut-out hands.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--stills", type=Path, required=True, help="folder of pictures, source/pose/picture.jpg")
    parser.add_argument("--each", type=positive, default=8, help="clips per label")
    parser.add_argument("--seed", type=natural, default=0, help="seed of the first clip")
    parser.add_argument("--times", type=positive, default=1, help="repetitions of the gesture in a clip")
    given = parser.parse_args(arguments)
    seeds = range(given.seed, given.seed + given.each)
    write_clips(given.out, SOURCE, LABELS, seeds, partial(generate, Album(given.stills), fmt=FORMAT, times=given.times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
