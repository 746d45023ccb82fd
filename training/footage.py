"""Join stills that are frames of a video to unlabelled clips, as a folder of training data.

    python -m training.footage runs/footage --stills ../shared/data/stills
    python -m training.footage runs/keyed --stills ../shared/data/stills --keyed

The clips have no labels; a teacher's output is used instead. With --keyed, writes only hands before a plain wall, cut
out; training draws them over other videos.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from common.arguments import CommandParser
from common.command import command
from training.clip_folder import add_clips
from training.errors import DataError
from training.stills.film import LABEL, FilmPiece, keyed, pieces, played


def films(stills: Path, cut: bool) -> Iterator[tuple[str, str, FilmPiece]]:
    """Yield name, label and clip of every sequence in a folder of stills; with `cut`, of those that can be cut out.

    Raises:
        DataError: there is no sequence, none can be cut out, or a picture cannot be read.
    """
    found = False
    for name, paths in pieces(stills):
        clip = keyed(paths) if cut else played(paths)
        if clip is not None:
            found = True
            yield f"{name}_keyed" if cut else name, LABEL, clip
    if not found:
        raise DataError(
            f"no usable sequence of pictures in {stills}; give consecutive numbered pictures"
            + (", of hands before a plain wall" if cut else "")
        )


@command("footage")
def main(arguments: list[str] | None = None) -> int:
    """Write the clips of a folder of stills."""
    parser = CommandParser(prog="python -m training.footage", description="Join stills to clips.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--stills", type=Path, required=True, help="folder of pictures, source/pose/picture.jpg")
    parser.add_argument("--keyed", action="store_true", help="only hands before a plain wall, cut out")
    given = parser.parse_args(arguments)
    source = "keyed" if given.keyed else "footage"
    add_clips(given.out, source, films(given.stills, given.keyed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
