"""Write stills that are pictures of a film as clips that training reads like any other.

    python -m training.footage runs/footage --stills ../shared/data/stills
    python -m training.footage runs/keyed --stills ../shared/data/stills --keyed

Nobody has labelled them; what they show is for a teacher to say. With --keyed they are the hands before a plain wall,
cut out, which training lays over rooms.
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
    """Name, label and clip of every piece of film in a folder of stills; all as they are, or those to be cut out.

    Raises:
        DataError: there is no film, none can be cut out, or a picture cannot be read.
    """
    none = True
    for name, paths in pieces(stills):
        clip = keyed(paths) if cut else played(paths)
        if clip is not None:
            none = False
            yield f"{name}_keyed" if cut else name, LABEL, clip
    if none:
        raise DataError(
            f"no film in {stills} can be used; give numbered pictures that follow on one another"
            + (", of hands before a plain wall" if cut else "")
        )


@command("footage")
def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = CommandParser(prog="python -m training.footage", description="Write clips of filmed hands.")
    parser.add_argument("out", type=Path, help="folder to write clips.csv and the clips into")
    parser.add_argument("--stills", type=Path, required=True, help="folder of pictures, source/pose/picture.jpg")
    parser.add_argument("--keyed", action="store_true", help="only hands before a plain wall, cut out")
    given = parser.parse_args(arguments)
    source = "keyed" if given.keyed else "footage"
    add_clips(given.out, source, films(given.stills, given.keyed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
