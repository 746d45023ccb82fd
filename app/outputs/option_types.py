"""Types of options of several outputs, for argparse: each parses one argument or raises an error."""

import argparse

from app.outputs.address import Address


def address(text: str) -> Address:
    """Parse an address to listen on or to send to."""
    try:
        return Address.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
