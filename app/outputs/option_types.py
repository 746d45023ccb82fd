"""Types of options of several outputs, for argparse: each parses one argument or raises an error."""

import argparse

from app.outputs.address import MAX_PORT, Address

ADDRESS = "[HOST:]PORT"


def address(text: str) -> Address:
    """Parse an address to listen on or to send to."""
    try:
        return Address.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected {ADDRESS} with a port from 0 to {MAX_PORT}; got {text!r}") from None
