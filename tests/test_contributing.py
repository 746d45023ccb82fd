"""The places that CONTRIBUTING.md names for changes exist."""

import ast
import re
from pathlib import Path

import pytest

from app.command_line import make_parser
from app.outputs.kinds import KINDS
from calibration.__main__ import parser as calibration_parser

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.MULTILINE)[1:]


def names_in(path):
    """The names that a module gives, and those of its classes' members behind the class's name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        yield from names_of(node)
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}.{name}" for member in node.body for name in names_of(member))


def names_of(node):
    """The names that one statement gives."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)]


def test_ten_changes_are_reported():
    assert len(ROWS) == 10
    assert all("`" in where for _, where, _ in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_place_exists(row):
    places = re.findall(r"`([\w/.]+\.\w+)(?::([\w.]+))?`", " ".join(row[1:]))
    assert places
    for path, name in places:
        assert (ROOT / path).is_file(), path
        assert not name or name in set(names_in(ROOT / path)), (path, name)


def test_every_command_of_the_table_exists():
    commands = re.findall(r"`python -m calibration (\w+)`", TEXT)
    known = re.findall(r"^ +(\w+)", calibration_parser().format_help(), re.MULTILINE)
    assert commands
    assert set(commands) <= set(known)


def test_every_option_of_the_table_exists():
    known = set(make_parser()._option_string_actions)
    assert {option for row in ROWS for option in re.findall(r"`(--[\w-]+)`", " ".join(row))} <= known


def test_every_output_has_a_row_in_its_document():
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    rows = "\n".join(re.findall(r"^\| `--.*$", text, re.MULTILINE))
    asked = [kind.options[0] for kind in KINDS]
    assert [option for option in asked if f"--{option}" not in rows] == []
