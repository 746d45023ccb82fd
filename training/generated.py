"""Generate clips of drawn hands, as a folder of training data.

    python -m training.generated runs/generated --clips 8

Clips of another seed can be added to the same folder.
"""

import sys
from functools import partial
from pathlib import Path

from common.arguments import CommandParser, natural, positive
from common.command import command
from training.clip_folder import FORMAT, write_clips
from training.jester import LABELS
from training.synthetic.drawn_clip import generate

SOURCE = "generated"


@command("generated")
def main(arguments: list[str] | None = None) -> int:
    """Generate clips of all labels, or of those given."""
    parser = CommandParser(prog="python -m training.generated", description="Write generated gesture clips.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--clips", type=positive, default=8, help="clips per label")
    parser.add_argument("--seed", type=natural, default=0, help="seed of the first clip")
    parser.add_argument("--times", type=positive, default=1, help="repetitions of the gesture in a clip")
    parser.add_argument("--label", action="append", choices=LABELS, metavar="LABEL", help="only this label; repeatable")
    given = parser.parse_args(arguments)
    seeds = range(given.seed, given.seed + given.clips)
    write_clips(given.out, SOURCE, given.label or LABELS, seeds, partial(generate, fmt=FORMAT, times=given.times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
