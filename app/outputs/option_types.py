"""Types of options of several outputs, for argparse: each parses one argument or raises an error."""

from app.outputs.address import Address


def address(text: str) -> Address:
    """Parse an address to listen on or to send to."""
    return Address.parse(text)


address.__name__ = ADDRESS = "[HOST:]PORT"  # argparse prints it: "invalid [HOST:]PORT value: 'a b'"
