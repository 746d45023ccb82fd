"""Types of options, for argparse: each parses one argument or raises an error."""

import argparse

from common.errors import UserError
from models.framing.opening import parse_framing
from models.region import Region


def source(text: str) -> str:
    """Take the name of a camera; the camera itself is opened later."""
    if text.strip() == "-":
        raise argparse.ArgumentTypeError("standard input cannot be read; give a file, a camera or a URL")
    return text


def framing(text: str) -> Region | None:
    """Parse a framing: a region of the frame, or None for one that follows the person who gestures."""
    try:
        return parse_framing(text)
    except UserError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
