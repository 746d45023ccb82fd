"""Write takes of an arm before a plain wall, keyed, as clips that training lays over people and rooms.

    python -m training.plainwall runs/plain --data ../shared/data --each 3 --seed 7000

Each take is set into a picture of usual shape several times: larger or smaller, farther left or right, in other light.
Where a note says that a take's direction is unsure, it gets a source of its own, whose labels training does not trust.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from common.arguments import CommandParser, natural, positive
from common.command import command
from training.clip_folder import add_clips
from training.errors import DataError
from training.recording_list import Recording, read_recordings
from training.stills.wall import WallTake, key, place

SOURCE = "plainwall"
"""The source that is keyed."""
SURE, UNSURE = "plain_sure", "plain_unsure"
"""The sources of what is made of it."""
TWO_WAYS = ("Rolling Hand", "Turning Hand")
"""Gestures whose direction a take seen from behind does not tell for sure."""


def films(recordings: Sequence[Recording], each: int, seed: int) -> Iterator[tuple[str, str, WallTake]]:
    """Name, label and clip of each take that can be keyed, several times."""
    for number, recording in enumerate(recordings):
        keyed = key(recording)
        if keyed is None:
            print(f"{recording.path.name}: arm and wall are of one colour; left out", flush=True)
            continue
        for k in range(each):
            rng = np.random.default_rng((seed, number, k))
            yield f"{recording.path.stem}_{seed + k}", recording.label, place(keyed, recording, rng)


@command("plainwall")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.plainwall", description="Key takes before a plain wall.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, some of source plainwall")
    parser.add_argument("--each", type=positive, default=3, help="clips a take (default: %(default)s)")
    parser.add_argument("--seed", type=natural, default=7000)
    given = parser.parse_args(arguments)
    takes = [r for r in read_recordings(given.data, "train") if r.source == SOURCE]
    if not takes:
        raise DataError(f"no recording of source {SOURCE} in {given.data}; give a folder whose clips.csv lists some")
    sure = [r for r in takes if not r.label.startswith(TWO_WAYS)]
    for source, some in ((SURE, sure), (UNSURE, [r for r in takes if r not in sure])):
        add_clips(given.out, source, films(some, given.each, given.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
