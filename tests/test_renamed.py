"""docs/log/renamed.md: the new names exist, the old modules do not, and old options do what it says."""

import ast
import importlib.util
import re
from pathlib import Path

import pytest
from parsers import parser_of

from app.command_line import make_parser
from common.arguments import OldSpelling

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs" / "log" / "renamed.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"## (\w+)\n((?:\|.+\n)+)", DOCUMENT))
MODULES, CLASSES = (
    [[re.findall(r"`([^`]+)`", cell) for cell in row.split(" | ")] for row in SECTIONS[section].splitlines()[2:]]
    for section in ("Modules", "Classes")
)
ALL_CLASSES = {
    node.name
    for path in ROOT.glob("*/**/*.py")
    if path.relative_to(ROOT).parts[0] != "tests" and not path.relative_to(ROOT).parts[0].startswith(".")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.ClassDef)
}


def there(names):
    """Whether each module exists; a name without a package is in that of the name before."""
    package = ""
    for name in names:
        package = name.rpartition(".")[0] or package
        full = name if "." in name else f"{package}.{name}"
        try:
            yield full, importlib.util.find_spec(full) is not None
        except ModuleNotFoundError:  # its package is gone
            yield full, False


@pytest.mark.parametrize(("before", "now"), MODULES)
def test_a_renamed_module_has_its_new_name_only(before, now):
    assert [name for name, found in there(now) if not found] == []
    assert [name for name, found in there(before) if found] == []


@pytest.mark.parametrize(("before", "now"), CLASSES)
def test_a_renamed_class_has_its_new_name(before, now):
    assert before
    assert set(now) <= ALL_CLASSES


@pytest.mark.parametrize("row", [row for row in SECTIONS["Options"].splitlines() if " --" in row])
def test_an_old_option_does_what_is_said_of_it(row, monkeypatch):
    before, now, how = row.strip("| ").split("|")
    module, old = re.search(r"`([\w.]+?)(?:\.py)? (--[\w-]+)`", before).groups()
    options = (make_parser() if module == "main" else parser_of(module, monkeypatch))._option_string_actions
    if "gone" in how:
        assert old not in options
    else:
        assert isinstance(options[old], OldSpelling)
        assert f"--{options[old].dest.replace('_', '-')}" in now
    assert set(re.findall(r"--[\w-]+", now)) <= set(options)
