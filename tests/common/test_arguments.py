"""The help of an option ends with its default, once."""

from pathlib import Path

import pytest

from common.arguments import CommandParser


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({"default": 3, "help": "takes"}, "takes (default: 3)"),
        ({"default": Path("runs"), "help": "folder"}, "folder (default: runs)"),
        ({"default": "x", "help": "mode (default: the best)"}, "mode (default: the best)"),
        ({"default": "", "help": "part of a name"}, "part of a name"),
        ({"help": "a file"}, "a file"),
        ({"action": "store_true", "help": "a switch"}, "a switch"),
    ],
)
def test_the_help_of_an_option_ends_with_its_default(options, shown):
    parser = CommandParser()
    parser.add_argument("-o", **options)
    lines = parser.format_help().splitlines()
    assert lines[-1].endswith(f"  {shown}")
    assert lines[-2].endswith("  show this help message and exit")
