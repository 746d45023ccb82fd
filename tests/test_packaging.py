"""The wheel: its contents, imports, its commands, and the lists of packages."""

import ast
import os
import re
import subprocess
import sys
import zipfile
from collections import defaultdict
from configparser import ConfigParser
from pathlib import Path

import forked
import pytest
from packaging.requirements import Requirement

import hatch_build
from common.version import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
ROOMS = sorted(set(SETTINGS["tool"]["importlinter"]["root_packages"]) - {"benchmarks", "mstnet"})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, unpacked as pip does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    site = folder / "site"
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        archive.extractall(site)
    return site


def python(site, *words, folder):
    """Run Python with this wheel, from a folder that is not the repository."""
    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def texts(site):
    """Every Python file of the wheel."""
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.py")}


def test_the_wheel_has_one_top_level_package(wheel):
    assert sorted(path.name for path in wheel.iterdir()) == ["mstnet", f"mstnet_live-{__version__}.dist-info"]


def test_the_wheel_has_every_room_and_what_it_reads(wheel):
    tracked = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=False)
    if tracked.returncode:
        pytest.skip("needs git, which says what belongs to the project")
    assert [name for name in tracked.stdout.split() if not (wheel / "mstnet" / name).is_file()] == []
    assert (wheel / "mstnet" / "py.typed").is_file()


def imported(text):
    """The modules that a Python file imports."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_nothing_in_the_wheel_imports_a_room_as_top_level(wheel):
    modules = {(name, module) for name, text in texts(wheel).items() for module in imported(text)}
    assert [(name, module) for name, module in modules if module.split(".")[0] in (*ROOMS, "main")] == []
    assert ("mstnet/api.py", "mstnet.models.recognizer") in modules


def test_no_message_in_the_wheel_names_what_only_a_checkout_has(wheel):
    checkout = rf"python main\.py|-m (?:{'|'.join(ROOMS)})\b|-r requirements|or `make run`"
    assert [(name, found) for name, text in texts(wheel).items() for found in re.findall(checkout, text)] == []


def test_the_app_of_the_wheel_plays_the_demo_from_any_folder(wheel, tmp_path):
    arguments = ("--demo", "--headless", "--max-frames", "150")
    done = python(wheel, "-m", "mstnet", *arguments, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    here = forked.run("main", *arguments)
    gestures = [line for line in done.stdout.splitlines() if '"gesture"' in line]
    assert gestures == [line for line in here.stdout.splitlines() if '"gesture"' in line]
    assert gestures


def test_a_program_of_the_document_runs_with_the_wheel_from_any_folder(wheel, short_demo, tmp_path):
    program = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)
    done = python(wheel, "-c", program[1], short_demo, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Swiping Left" in done.stdout


def test_every_command_of_the_wheel_tells_its_own_name_in_its_help(wheel, tmp_path):
    entries = ConfigParser()
    entries.read(next(wheel.glob("*.dist-info")) / "entry_points.txt")
    commands = dict(entries["console_scripts"])
    assert list(commands) == ["mstnet", "mstnet-calibrate", "mstnet-train"]
    for command, entry in commands.items():
        module, function = entry.split(":")
        done = python(wheel, "-c", f"from {module} import {function}; {function}()", "--help", folder=tmp_path)
        assert done.stdout.startswith(f"usage: {command} "), done.stderr


def test_training_says_what_is_missing(wheel, tmp_path):
    hide = "import importlib.util as u; f = u.find_spec; u.find_spec = lambda name: name != 'torch' and f(name) or None"
    done = python(wheel, "-c", f"{hide}\nfrom mstnet.commands import train; train()", "--help", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr == 'mstnet-train: torch is not installed; `pip install "mstnet-live[training]"`\n'


def test_an_editable_installation_runs_the_checkout(tmp_path):
    code = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        (path,) = [name for name in archive.namelist() if name.endswith(".pth")]
        assert Path(archive.read(path).decode().strip()) == ROOT
        assert [name for name in archive.namelist() if name.endswith(".py")] == []


def test_the_command_of_an_editable_installation_has_its_own_name(tmp_path):
    (tmp_path / "mstnet").write_text("from mstnet.commands import app\napp()")  # what pip installs as the command
    done = python(ROOT, tmp_path / "mstnet", "--version", folder=tmp_path)
    assert done.stdout.split()[0] == "mstnet"
    done = python(ROOT, ROOT / "main.py", "--version", folder=tmp_path)
    assert done.stdout.split()[0] == "main.py"


def listed(name):
    """The requirements of a file without those of the files that it names, and the names of these files."""
    lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    others = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    return {same(line) for line in lines if line and not line.startswith("-r ")}, others


def same(line):
    """A requirement in one spelling."""
    return str(Requirement(line))


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_an_extra_is_the_list_of_its_name(extra):
    ranges = {same(line) for line in PROJECT["optional-dependencies"][extra] if not line.startswith("mstnet-live")}
    if (
        extra == "window"
    ):  # requirements.txt is the app without an installation, and OpenCV's wheel with its own windows
        base = {same(line.replace("opencv-python-headless", "opencv-python")) for line in PROJECT["dependencies"]}
        assert listed("requirements.txt") == (base | ranges, [])
    else:
        assert listed(f"requirements-{extra}.txt")[0] == ranges


def test_the_dependencies_are_those_without_a_window():
    assert listed("requirements-headless.txt") == ({same(line) for line in PROJECT["dependencies"]}, [])


def test_an_extra_brings_the_extras_whose_lists_its_own_list_names():
    for extra, lines in PROJECT["optional-dependencies"].items():
        brought = {name for line in lines if line.startswith("mstnet-live") for name in Requirement(line).extras}
        named = set() if extra == "window" else set(listed(f"requirements-{extra}.txt")[1])
        files = {"requirements.txt" if name == "window" else f"requirements-{name}.txt" for name in brought}
        assert files == named, extra


def test_every_list_of_requirements_is_an_extra():
    names = {path.stem.removeprefix("requirements-") for path in ROOT.glob("requirements-*.txt")}
    assert names - {"headless"} == set(PROJECT["optional-dependencies"]) - {"window"}


def test_a_package_has_one_range_everywhere():
    ranges = defaultdict(set)
    for path in ROOT.glob("requirements*.txt"):
        for requirement in map(Requirement, listed(path.name)[0]):
            name = requirement.name.removesuffix("-headless")
            ranges[name, str(requirement.marker or "")].add(str(requirement.specifier))
    assert {key: found for key, found in ranges.items() if len(found) > 1} == {}


def test_the_layout_lists_the_same_rooms_everywhere():
    target = SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert sorted(hatch_build.ROOMS) == sorted([*ROOMS, "main"])
    assert sorted(target["only-include"]) == sorted([*ROOMS, "mstnet"])
    assert target["sources"] == {room: f"mstnet/{room}" for room in ROOMS}


def test_an_import_that_cannot_be_rewritten_stops_the_build():
    rewritten = hatch_build.as_installed("from models.frame import Frame\n")
    assert rewritten == "from mstnet.models.frame import Frame\n"
    with pytest.raises(ValueError, match=r"x\.py:1"):
        hatch_build.as_installed("import models.frame\n", "x.py")


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_a_workflow_names_what_is_there(path):
    text = path.read_text(encoding="utf-8")
    extras = {extra for listed in re.findall(r"\.whl\)\[([\w,]+)\]", text) for extra in listed.split(",")}
    assert extras <= set(PROJECT["optional-dependencies"])
    assert set(re.findall(r"(?<![\w/-])mstnet(?:-\w+)?(?= )", text)) <= set(PROJECT["scripts"])
    paths = re.findall(r"(?<![\w/.])(?:tests|scripts)/[\w/.-]+", text)
    assert [name for name in paths if not (ROOT / name).exists()] == []


def test_the_changelog_tells_of_this_version():
    headings = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == __version__
    assert headings[1][1]
