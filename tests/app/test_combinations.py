"""Options that would do nothing are refused; those that do something are not."""

import shlex

import pytest

from app.combinations import check
from app.command_line import parser


def checked(words: str) -> None:
    line = parser()
    check(line, line.parse_args(shlex.split(words)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--headless --overlay", "--overlay does nothing beside --headless"),
        ("--takes 3", "--takes does nothing without --record"),
        ("--gesture Wave", "--gesture does nothing without --record"),
        ("--token-file x --mqtt mqtt://h", "--token-file does nothing without --serve or --websocket"),
        ("--control-through uinput", "--control-through does nothing without --control"),
        ("--record ann --gesture Wave --control slides", "--control does nothing beside --record"),
        ("--record ann --events x", "--events does nothing beside --record"),
    ],
)
def test_what_would_do_nothing_is_a_usage_error_of_one_line(capsys, words, said):
    with pytest.raises(SystemExit) as end:
        checked(words)
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        "",
        "--overlay",
        "--headless --serve 8080 --token-file x --allow-origin http://localhost:3000",
        "--record ann --gesture Wave --takes 3 --work 0 --take-seconds 2 --headless",
        "--control slides --control-through uinput --profile ann",
    ],
)
def test_what_does_something_passes(words):
    checked(words)
