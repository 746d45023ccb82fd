"""Key recordings of an arm before a plain wall, as clips that training draws over people and rooms.

    python -m training.plainwall runs/plain --data ../shared/data --each 3 --seed 7000

Each recording is placed in several pictures of the usual aspect ratio, with different size, position and brightness.
Recordings of gestures whose direction is uncertain get the source `plain_unsure`; training accepts both directions.
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
"""The source of the recordings."""
KNOWN_DIRECTION_SOURCE, UNKNOWN_DIRECTION_SOURCE = "plain_sure", "plain_unsure"
"""The sources of the clips."""
UNKNOWN_DIRECTION = ("Rolling Hand", "Turning Hand")
"""Gestures whose direction is uncertain in a recording from behind."""


def clips_of(recordings: Sequence[Recording], each: int, seed: int) -> Iterator[tuple[str, str, WallTake]]:
    """Yield name, label and clip of each recording that can be keyed, `each` times."""
    for number, recording in enumerate(recordings):
        keyed = key(recording)
        if keyed is None:
            print(f"{recording.path.name}: arm and wall have the same colour; skipped", flush=True)
            continue
        for k in range(each):
            rng = np.random.default_rng((seed, number, k))
            yield f"{recording.path.stem}_{seed + k}", recording.label, place(keyed, recording, rng)


@command("plainwall")
def main(arguments: list[str] | None = None) -> int:
    """Write the clips of a folder of recordings."""
    parser = CommandParser(prog="python -m training.plainwall", description="Key recordings before a plain wall.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--data", type=Path, required=True, help="folder with clips.csv, some of source plainwall")
    parser.add_argument("--each", type=positive, default=3, help="clips per recording")
    parser.add_argument("--seed", type=natural, default=7000)
    given = parser.parse_args(arguments)
    takes = [r for r in read_recordings(given.data, "train") if r.source == SOURCE]
    if not takes:
        raise DataError(f"no recording of source {SOURCE} in {given.data}; give a folder whose clips.csv lists some")
    sure = [r for r in takes if not r.label.startswith(UNKNOWN_DIRECTION)]
    for source, some in (
        (KNOWN_DIRECTION_SOURCE, sure),
        (UNKNOWN_DIRECTION_SOURCE, [r for r in takes if r not in sure]),
    ):
        add_clips(given.out, source, clips_of(some, given.each, given.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
