"""The documents say what is true: options, commands, files and snippets in them are there."""

import importlib.util
import re
from pathlib import Path

import pytest

from app.command_line import parser

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not {".venv", ".venv-headless", "runs"} & set(path.relative_to(ROOT).parts)
)


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request):
    return request.param


def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []


def test_every_module_that_is_run_exists(document):
    modules = set(re.findall(r"python -m ([a-z_.]+)", document.read_text(encoding="utf-8"))) - {"venv", "pip"}
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    assert missing == []


def test_every_option_of_main_exists(document):
    known = set(parser()._option_string_actions)
    lines = [line for line in document.read_text(encoding="utf-8").splitlines() if "main.py" in line]
    unknown = {option for line in lines for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", line)} - known
    assert unknown == set()


def test_the_snippet_in_the_readme_runs(monkeypatch):
    import numpy as np

    code = re.search(r"\n(      from pathlib.*?seen.event.label\))\n", (ROOT / "README.md").read_text(), re.DOTALL)
    frame = {"image": np.zeros((48, 64, 3), np.uint8), "time_s": 0.0, "index": 0}
    monkeypatch.chdir(ROOT)
    exec("\n".join(line.strip() for line in code[1].splitlines()), frame)
    assert frame["seen"].frame.index == 0
