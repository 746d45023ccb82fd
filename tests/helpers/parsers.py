"""The parsers of commands."""

import argparse
from importlib import import_module

import pytest

from common.arguments import CommandParser


class ParserSeenError(Exception):
    """Carries the parser of a command."""


def parser_of(module: str, monkeypatch: pytest.MonkeyPatch) -> argparse.ArgumentParser:
    """The parser that the `main` of a module makes."""

    def seen(parser: argparse.ArgumentParser, arguments: list[str]) -> None:
        raise ParserSeenError(parser)

    main = import_module(module).main
    with monkeypatch.context() as patched:
        patched.setattr(CommandParser, "parse_args", seen)
        with pytest.raises(ParserSeenError) as caught:
            main([])
    return caught.value.args[0]
