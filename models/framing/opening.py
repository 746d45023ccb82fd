"""Opens what `--framing` names: follow the person who gestures, the whole picture, or a fixed part of it."""

from common.errors import UserError
from models.framing.auto import AutoFraming
from models.framing.base import AUTO, FULL, FixedFraming, Framing
from models.framing.faces import FaceDetector
from models.region import WHOLE, Region, parse_region


def parse_framing(text: str) -> Region | None:
    """Read `auto` (None), `full` or `X,Y,W,H` in shares of the picture.

    Raises:
        UserError: it is none of them, or the region leaves the picture, is empty or tiny.
    """
    word = text.strip()
    if word in (AUTO, FULL):
        return WHOLE if word == FULL else None
    if "," not in word:
        raise UserError(f"{text!r} is no framing; give auto, full, or X,Y,W,H in shares of the picture")
    return parse_region(word)


def open_framing(chosen: Region | None = None) -> Framing:
    """A framing for one stream: a fixed region, or one that follows the person who gestures.

    Raises:
        ModelFileError: the face detector's file is missing or damaged.
    """
    return FixedFraming(chosen) if chosen else AutoFraming(FaceDetector())
