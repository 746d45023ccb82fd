"""Options without an effect are refused; options with one are accepted."""

import shlex

import pytest

from app.command_line import parse


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("--headless --overlay", "--overlay has no effect with --headless"),
        ("--takes 3", "--takes does nothing without --record"),
        ("--gesture Wave", "--gesture does nothing without --record"),
        ("--token-file x --mqtt mqtt://h", "--token-file does nothing without --serve or --websocket"),
        ("--control-through uinput", "--control-through does nothing without --control"),
        ("--armed", "--armed does nothing without --control"),
        ("--dry-run --headless", "--dry-run does nothing without --control"),
        ("--record ann --allow-commands", "--allow-commands does nothing without --control"),
        ("--list-cameras --batch", "--batch has no effect with --list-cameras"),
        ("--list-cameras --profile x", "--profile has no effect with --list-cameras"),
        ("--list-cameras --model x", "--model has no effect with --list-cameras"),
        ("--doctor --camera 0", "--camera has no effect with --doctor"),
        ("--doctor --engine torch", "--engine has no effect with --doctor"),
        ("--doctor --list-cameras", "--doctor has no effect with --list-cameras"),
        ("--record ann --gesture Wave --control slides", "--control has no effect with --record"),
        ("--record ann --gesture Wave --vocabulary directions", "--vocabulary has no effect with --record"),
        ("--record ann --gesture Wave --events x", "--events has no effect with --record"),
        ("--record ann --gesture Wave --obs-scene a=b", "--obs-scene has no effect with --record"),
        ("--camera 0 --demo", "--demo has no effect with --camera"),
        ("--main-pass-only --networks both", "--networks has no effect with --main-pass-only"),
        ("--networks stream --clip-model x", "--clip-model has no effect with --networks stream"),
        ("--obs 4455", "--obs and --obs-scene go together: where OBS listens"),
        ("--obs-scene a=b", "--obs and --obs-scene go together: where OBS listens"),
        ("--camera 0 --batch --headless", "--batch is for several cameras"),
        ("--camera 0 --camera 1", "several cameras have no window; add --headless"),
        ("--camera 0 --camera 1 --headless --osc 9", "--osc is for one camera"),
        ("--camera 0 --camera 1 --record ann --gesture Wave --headless", "--record is for one camera"),
    ],
)
def test_an_option_without_an_effect_is_a_usage_error_of_one_line(capsys, words, message):
    with pytest.raises(SystemExit) as end:
        parse(shlex.split(words))
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        "",
        "--overlay",
        "--networks both --clip-model x",
        "--obs 4455 --obs-scene a=b",
        "--camera 0 --camera 1 --headless --batch --main-pass-only",
        "--headless --serve 8080 --token-file x --allow-origin http://localhost:3000",
        "--record ann --gesture Wave --takes 3 --work 0 --take-seconds 2 --headless",
        "--control slides --control-through uinput --profile ann --vocabulary directions",
        "--control slides --armed --dry-run --allow-commands",
        "--list-cameras",
        "--doctor --headless --model x.onnx --log-level debug",
    ],
)
def test_options_with_an_effect_are_accepted(words):
    parse(shlex.split(words))
