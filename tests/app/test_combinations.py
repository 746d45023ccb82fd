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
        ("--armed", "--armed does nothing without --control"),
        ("--dry-run --headless", "--dry-run does nothing without --control"),
        ("--record ann --allow-commands", "--allow-commands does nothing without --control"),
        ("--list-cameras --batch", "--batch does nothing beside --list-cameras"),
        ("--list-cameras --profile x", "--profile does nothing beside --list-cameras"),
        ("--list-cameras --model x", "--model does nothing beside --list-cameras"),
        ("--doctor --camera 0", "--camera does nothing beside --doctor"),
        ("--doctor --engine torch", "--engine does nothing beside --doctor"),
        ("--doctor --list-cameras", "--doctor does nothing beside --list-cameras"),
        ("--record ann --gesture Wave --control slides", "--control does nothing beside --record"),
        ("--record ann --gesture Wave --vocabulary directions", "--vocabulary does nothing beside --record"),
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
        "--control slides --control-through uinput --profile ann --vocabulary directions",
        "--control slides --armed --dry-run --allow-commands",
        "--list-cameras",
        "--doctor --headless --model x.onnx --log-level debug",
    ],
)
def test_what_does_something_passes(words):
    checked(words)
