"""The options, commands, files and snippets in the documents exist."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from app.command_line import make_parser

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    path for path in ROOT.rglob("*.md") if not {".venv", ".venv-headless", "runs"} & set(path.relative_to(ROOT).parts)
)

README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")


def python_files(folder):
    return (ROOT / folder).rglob("*.py")


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request):
    return request.param


def test_every_link_leads_to_a_file(document):
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []


def tokens(document, pattern):
    """What a document names; those of changes may name what was removed."""
    history = document.name in ("CHANGELOG.md", "renamed.md")
    return set() if history else set(re.findall(pattern, document.read_text(encoding="utf-8")))


def in_checkout(module):
    """The name in a checkout of a module that an installation has inside `mstnet`."""
    inside = module.removeprefix("mstnet.")
    return inside if inside.split(".")[0] in ROOMS else module


def test_every_module_that_is_run_exists(document):
    modules = {in_checkout(name) for name in tokens(document, r"python -m ([a-z_.]+)")} - {"build", "venv", "pip"}
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    assert missing == []


def test_every_path_in_the_repository_exists(document):
    """A star stands for any name, and so does a word in capitals, as SET in `training/configs/SET/ROW.toml`."""
    own = "|".join(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
    paths = {path.rstrip(".") for path in tokens(document, rf"(?<![\w/.~:-])(?:{own})/[\w./*-]*")}
    missing = [path for path in paths if not any(ROOT.glob(re.sub(r"\b[A-Z]+\b", "*", path)))]
    assert missing == []


def test_every_python_file_exists(document):
    """Named from the root, from the document's folder or one it describes, or by its bare name.

    `v0.1.0:training/fusion.py` is a file of that version, as `git show` takes it.
    """
    files = [
        f"/{path.relative_to(ROOT).as_posix()}"
        for room in (*ROOMS, "examples", "scripts", "tests")
        for path in python_files(room)
    ]
    names = tokens(document, r"(?<![\w/.~:-])[\w/]+\.py\b") - {"hatch_build.py", "main.py"}
    missing = [name for name in names if not any(file.endswith(f"/{name}") for file in files)]
    assert missing == []


def test_every_list_of_requirements_exists(document):
    assert [name for name in tokens(document, r"\brequirements[\w-]*\.txt\b") if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_document_that_the_program_names_exists(room):
    texts = [path.read_text(encoding="utf-8") for path in (*python_files(room), ROOT / "main.py")]
    named = {name for text in texts for name in re.findall(r"(?<![\w/.-])docs/[\w-]+\.\w+", text)}
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_module_and_what_is_named_in_it_exist(document):
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts) for room in ROOMS for path in python_files(room)}
    packages = {module.removesuffix(".__init__") for module in modules}

    def exists(name):
        module, _, attribute = name.rpartition(".")
        if name in packages:
            return True
        if module not in packages:
            return False
        path = ROOT / f"{module.replace('.', '/')}.py"
        path = path if path.exists() else path.with_suffix("") / "__init__.py"
        return re.search(rf"\b{attribute}\b", path.read_text(encoding="utf-8")) is not None

    names = tokens(document, rf"(?<![\w/.-])(?:{'|'.join(ROOMS)})(?:\.[A-Za-z_]\w*)+(?![\w/-])")
    assert [name for name in names if not exists(in_checkout(name))] == []


def test_every_option_of_main_exists(document):
    known = set(make_parser()._option_string_actions)
    lines = [line for line in document.read_text(encoding="utf-8").splitlines() if "main.py" in line]
    unknown = {option for line in lines for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", line)} - known
    assert unknown == set()


def test_the_snippet_in_the_readme_runs():
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names = {"image": np.zeros((48, 64, 3), np.uint8), "time_s": 0.0, "index": 0}
    exec(code, names)
    assert names["event"] is None
    assert names["recognizer"].labels


def test_the_readme_is_short_and_says_how_well_before_how_fast():
    assert len(README.split()) < 900
    assert README.index("## How well it recognises") < README.index("## How fast")
    table = re.search(r"## How well(?:.*\n)+?((?:\|.*\n)+)", README)[1]
    assert len(table.splitlines()) == 2 + 6
