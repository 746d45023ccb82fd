"""docs/thresholds.md names the existing options, and its commands and program run unchanged."""

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from app.command_line import parse
from calibration.__main__ import parser
from calibration.decoding_options import add_decoding_options
from models.decoding_change import DecodingChange

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "docs" / "thresholds.md").read_text(encoding="utf-8")


def commands(begin):
    return [
        line.strip().removeprefix(begin).split("|")[0] for line in TEXT.splitlines() if line.strip().startswith(begin)
    ]


def test_every_option_is_explained():
    options = argparse.ArgumentParser(add_help=False)
    add_decoding_options(options)
    there = {action.option_strings[0] for action in options._actions}
    assert set(re.findall(r"^\| `(--[a-z]+) [A-Z]` ", TEXT, re.MULTILINE)) == there


@pytest.mark.parametrize("line", commands("python main.py"))
def test_a_run_of_the_page_has_other_thresholds(line):
    assert parse(shlex.split(line)).model.decoding != DecodingChange()


def test_the_commands_of_the_page_can_be_given():
    lines = commands("python -m calibration thresholds")
    given = [parser().parse_args(["thresholds", *shlex.split(line)]) for line in lines]
    assert {options.of for options in given} == {None, "fast"}
    assert any(options.as_all for options in given)


def test_the_program_of_the_page_runs(tmp_path):
    (program,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert "smooth_s=0.3, rule=Rule(enter=0.7," in done.stdout
    assert "'Swiping Left': Rule(enter=0.5," in done.stdout
